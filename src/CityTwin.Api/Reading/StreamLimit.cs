using CityTwin.Api.Errors;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Reading;

/// <summary>Counts the open streams of this server.</summary>
internal sealed class StreamLimit(IOptions<ApiOptions> options, ApiInstruments instruments)
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

        instruments.Streams(1);
        return new Leave(this, instruments);
    }

    private sealed class Leave(StreamLimit limit, ApiInstruments instruments) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                Interlocked.Decrement(ref limit._open);
                instruments.Streams(-1);
            }
        }
    }
}
