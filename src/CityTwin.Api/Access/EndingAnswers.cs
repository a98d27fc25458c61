using Grpc.Core;

namespace CityTwin.Api.Access;

/// <summary>
/// The answers of a stream that ends with its caller's credential. The server resets a call of which a write is cancelled, also one
/// that has arrived and is not yet known to; whoever reads it would hear CANCELLED and not why. So the write goes on, and only who
/// waits for it is freed. What is still unsent then has the time that the web server gives to slow readers.
/// </summary>
internal sealed class EndingAnswers<T>(IServerStreamWriter<T> answers) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions { get => answers.WriteOptions; set => answers.WriteOptions = value; }

    public Task WriteAsync(T message) => answers.WriteAsync(message);

    Task IAsyncStreamWriter<T>.WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : answers.WriteAsync(message, CancellationToken.None).WaitAsync(cancellationToken);
}
