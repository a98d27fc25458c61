using CityTwin.Api.Errors;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Reading;

/// <summary>Counts the open streams of this server.</summary>
internal sealed class StreamLimit(IOptions<ApiOptions> options)
{
    private int _open;

    /// <returns>To be disposed when the stream ends.</returns>
    /// <exception cref="Grpc.Core.RpcException">RESOURCE_EXHAUSTED.</exception>
    public IDisposable Enter()
    {
        if (Interlocked.Increment(ref _open) > options.Value.StreamsMax)
        {
            Interlocked.Decrement(ref _open);
            throw ApiErrors.TooManyStreams(options.Value.StreamsMax);
        }

        return new Leave(this);
    }

    private sealed class Leave(StreamLimit limit) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                Interlocked.Decrement(ref limit._open);
            }
        }
    }
}
