using Grpc.Core;

namespace CityTwin.Client;

/// <summary>What those streams share that outlive their connections.</summary>
internal static class BrokenStream
{
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
        catch (RpcException broken) when (MayHeal(broken.StatusCode))
        {
            return null;
        }
    }

    /// <summary>A silo that stops cancels its streams; one that dies leaves them as unavailable, internal or unknown.</summary>
    private static bool MayHeal(StatusCode status) => status is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown
        or StatusCode.Cancelled or StatusCode.Aborted or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;
}
