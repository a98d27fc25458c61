using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CityTwin.Protocol.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Client;

/// <summary>
/// A stream of readings that outlives its connections: what was not answered when one breaks is sent again by the next, on
/// whatever silo answers. A reading that cannot be told from another one gets the time at which it is taken over here, so that
/// sent again it is the same.
/// </summary>
internal sealed class ResendingStream(
    Func<CallOptions, AsyncDuplexStreamingCall<SendReadingsRequest, SendReadingsResponse>> open, CityTwinClientOptions options) : IDisposable
{
    /// <summary>As the server's: with so many unanswered, nothing more is asked of the caller.</summary>
    internal const int UnansweredMax = 16;

    /// <summary>As the server's: a message with more readings is not sent.</summary>
    internal const int ReadingsPerMessageMax = 1000;

    /// <summary>As the server's: a message of more bytes is not sent. Refused there, it would be sent again and again.</summary>
    internal const int MessageBytesMax = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<SendReadingsRequest> _unanswered = [];
    private readonly SemaphoreSlim _room = new(UnansweredMax);
    private readonly Channel<SendReadingsRequest> _taken = Channel.CreateBounded<SendReadingsRequest>(1);
    private DateTimeOffset _stamped;

    /// <summary>Runs until every message is answered.</summary>
    /// <exception cref="RpcException">It was refused: trying again would not help.</exception>
    /// <exception cref="ArgumentException">A message is larger than one may be.</exception>
    public async IAsyncEnumerable<SendReadingsResponse> Run(
        IAsyncEnumerable<SendReadingsRequest> messages, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var taking = Take(messages, ended.Token);
        try
        {
            var (answered, pause) = (0L, options.FirstPause);
            while (true)
            {
                using var connection = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
                using var call = open(new(cancellationToken: connection.Token));
                var sending = Send(call.RequestStream, connection);
                while (await BrokenStream.Next(call.ResponseStream, cancellation).ConfigureAwait(false) is { } answer)
                {
                    pause = options.FirstPause;
                    lock (_lock)
                    {
                        _unanswered.Dequeue();
                    }

                    _room.Release();
                    answer.MessageNumber = ++answered;
                    yield return answer;
                }

                await connection.CancelAsync().ConfigureAwait(false);
                if (await sending.ConfigureAwait(false) && Unanswered() is [])
                {
                    break;
                }

                await Task.Delay(pause, options.Time, cancellation).ConfigureAwait(false);
                pause = options.PauseAfter(pause);
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await taking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _room.Dispose();

    private async Task Take(IAsyncEnumerable<SendReadingsRequest> messages, CancellationToken ended)
    {
        try
        {
            var number = 0L;
            await foreach (var message in messages.WithCancellation(ended).ConfigureAwait(false))
            {
                var identified = Identified(message);
                Check(identified, ++number);
                await _taken.Writer.WriteAsync(identified, ended).ConfigureAwait(false);
            }

            _taken.Writer.Complete();
        }
        catch (Exception failure)
        {
            _taken.Writer.Complete(failure);
        }
    }

    private void Check(SendReadingsRequest message, long number)
    {
        var bytesMax = int.Min(MessageBytesMax, options.RequestBytesMax ?? MessageBytesMax);
        var fault = message.Readings.Count > ReadingsPerMessageMax ? $"{message.Readings.Count} readings; send at most {ReadingsPerMessageMax} in one."
            : message.CalculateSize() is var bytes && bytes > bytesMax ? $"{bytes} bytes; send at most {bytesMax} in one."
            : null;
        if (fault is not null)
        {
            throw new ArgumentException($"Message {number} has {fault}");
        }
    }

    /// <returns>True when all was sent; false when the connection ended before: the side that reads tells why.</returns>
    private async Task<bool> Send(IClientStreamWriter<SendReadingsRequest> stream, CancellationTokenSource connection)
    {
        var isAllSent = false;
        try
        {
            var isOpen = true;
            foreach (var message in Unanswered())
            {
                isOpen = isOpen && await IsTaken(stream.WriteAsync(message, connection.Token)).ConfigureAwait(false);
            }

            while (isOpen && await NextTaken(connection.Token).ConfigureAwait(false) is { } message)
            {
                isOpen = await IsTaken(stream.WriteAsync(message, connection.Token)).ConfigureAwait(false);
            }

            isAllSent = isOpen && await IsTaken(stream.CompleteAsync()).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (connection.IsCancellationRequested)
        {
            // It was the connection that ended, not the caller's messages.
        }
        finally
        {
            if (!isAllSent)
            {
                // Without this, the side that reads could wait for ever for the answers to what nobody sends.
                await connection.CancelAsync().ConfigureAwait(false);
            }
        }

        return isAllSent;
    }

    private static async Task<bool> IsTaken(Task writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            return true;
        }
        catch (Exception over) when (over is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    /// <summary>The next one, which counts as unanswered from now on; null when there are no more.</summary>
    private async Task<SendReadingsRequest?> NextTaken(CancellationToken connection)
    {
        await _room.WaitAsync(connection).ConfigureAwait(false);
        var isTaken = false;
        try
        {
            if (!await _taken.Reader.WaitToReadAsync(connection).ConfigureAwait(false) || !_taken.Reader.TryRead(out var message))
            {
                return null;
            }

            lock (_lock)
            {
                _unanswered.Enqueue(message);
            }

            isTaken = true;
            return message;
        }
        finally
        {
            if (!isTaken)
            {
                _room.Release();
            }
        }
    }

    private SendReadingsRequest[] Unanswered()
    {
        lock (_lock)
        {
            return [.. _unanswered];
        }
    }

    private SendReadingsRequest Identified(SendReadingsRequest message)
    {
        if (message.Readings.All(reading => reading.ObserveTime is not null || (reading.HasBoot && reading.HasSequence)))
        {
            return message;
        }

        var identified = message.Clone();
        foreach (var reading in identified.Readings.Where(reading => reading.ObserveTime is null && !(reading.HasBoot && reading.HasSequence)))
        {
            var now = options.Time.GetUtcNow();
            _stamped = now > _stamped ? now : _stamped.AddTicks(1);
            reading.ObserveTime = Timestamp.FromDateTimeOffset(_stamped);
        }

        return identified;
    }
}
