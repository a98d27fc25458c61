using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace CityTwin.Client;

/// <summary>What those streams share that outlive their connections.</summary>
internal static class BrokenStream
{
    /// <summary>The one thing that may be exhausted now and not in a moment, or at another silo.</summary>
    private const string TooManyStreams = "TOO_MANY_STREAMS";

    /// <returns>Null when the stream has ended or broken and may be opened again.</returns>
    /// <exception cref="RpcException">It was refused: trying again would not help.</exception>
    public static async Task<T?> Next<T>(IAsyncStreamReader<T> stream, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await stream.MoveNext(cancellation).ConfigureAwait(false) ? stream.Current : null;
        }
        catch (RpcException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException broken) when (MayHeal(broken))
        {
            return null;
        }
    }

    /// <summary>A silo that stops cancels its streams; one that dies leaves them as unavailable, internal or unknown.</summary>
    private static bool MayHeal(RpcException broken) => broken.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown
        or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.DeadlineExceeded
        || (broken.StatusCode is StatusCode.ResourceExhausted && ReasonOf(broken) == TooManyStreams);

    /// <summary>A message that is larger than somebody takes has the same status, without a reason, however often it is sent.</summary>
    private static string? ReasonOf(RpcException broken) => broken.Trailers.GetValueBytes("grpc-status-details-bin") is { } details
        && Status.Parser.ParseFrom(details).Details.FirstOrDefault(detail => detail.Is(ErrorInfo.Descriptor)) is { } info
        ? info.Unpack<ErrorInfo>().Reason : null;
}
