using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Core;

namespace CityTwin.Client;

/// <summary>
/// A watch that outlives its streams: when one breaks, it goes on where the last resume token was, on whatever silo answers.
/// What changed since that token is told again; what is told twice is the same state, so nothing is wrong by it.
/// </summary>
/// <param name="Open">Opens a stream.</param>
/// <param name="TokenOf">The resume token in a message; null or empty when it has none.</param>
/// <param name="ResumesAt">The token that a request resumes at; empty for one that begins with a snapshot.</param>
/// <param name="ResumeAt">Puts a token into a request.</param>
/// <param name="Gap">The message that says "forget all you have; a snapshot follows".</param>
internal sealed record ResumingWatch<TRequest, TResponse>(
    Func<TRequest, CallOptions, AsyncServerStreamingCall<TResponse>> Open,
    Func<TResponse, string?> TokenOf,
    Func<TRequest, string> ResumesAt,
    Action<TRequest, string> ResumeAt,
    Func<TResponse> Gap)
    where TRequest : class, IDeepCloneable<TRequest>
    where TResponse : class
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="RpcException">It was refused: trying again would not help.</exception>
    public async IAsyncEnumerable<TResponse> Run(
        TRequest first, CityTwinClientOptions options, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var request = first.Clone();
        var pause = options.FirstPause;
        var (hasToken, halfway) = (ResumesAt(request).Length > 0, false);
        while (true)
        {
            using var call = Open(request, new(cancellationToken: cancellation));
            while (await BrokenStream.Next(call.ResponseStream, cancellation).ConfigureAwait(false) is { } message)
            {
                pause = options.FirstPause;
                yield return message;
                halfway = true;
                if (TokenOf(message) is { Length: > 0 } token)
                {
                    ResumeAt(request, token);
                    hasToken = true;
                }
            }

            if (halfway && !hasToken)
            {
                // The new stream begins anew, and things may be gone that the old one told of.
                halfway = false;
                yield return Gap();
            }

            await Task.Delay(pause, options.Time, cancellation).ConfigureAwait(false);
            pause = options.PauseAfter(pause);
        }
    }
}
