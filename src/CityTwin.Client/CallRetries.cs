using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CityTwin.Client;

/// <summary>
/// Tries again what is UNAVAILABLE, as a channel does for its own calls: for invokers that are none. Streams are left to the
/// watches, which go on by themselves.
/// </summary>
internal sealed class CallRetries(CityTwinClientOptions options) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var tries = new Tries<TResponse>(options, context.Options, () => continuation(request, context));
        return new(
            tries.Run(),
            static tries => ((Tries<TResponse>)tries).Last.ResponseHeadersAsync,
            static tries => ((Tries<TResponse>)tries).Last.GetStatus(),
            static tries => ((Tries<TResponse>)tries).Last.GetTrailers(),
            static tries => ((Tries<TResponse>)tries).Dispose(),
            tries);
    }

    /// <summary>One call with all its tries; what is asked about it is answered by the last one.</summary>
    private sealed class Tries<TResponse>(CityTwinClientOptions options, CallOptions call, Func<AsyncUnaryCall<TResponse>> start) : IDisposable
    {
        /// <summary>As gRPC spreads its own (proposal A6): those who were refused together do not come back together.</summary>
        private const int SpreadPercent = 20;

        // Cancelled when the call is disposed of; by itself it holds nothing that would have to be given back.
        private readonly CancellationTokenSource _disposed = new();

        public AsyncUnaryCall<TResponse> Last { get; private set; } = null!;

        public async Task<TResponse> Run()
        {
            var pause = options.FirstPause;
            for (var attempt = 1; ; attempt++)
            {
                var wait = pause * (1 + (RandomNumberGenerator.GetInt32(-SpreadPercent, SpreadPercent + 1) / 100.0));
                Last = start();
                try
                {
                    return await Last.ResponseAsync.ConfigureAwait(false);
                }
                catch (RpcException failed) when (failed.StatusCode == StatusCode.Unavailable && attempt < options.AttemptsMax && IsTimeFor(wait))
                {
                    Last.Dispose();
                }

                await Pause(wait).ConfigureAwait(false);
                pause = options.PauseAfter(pause);
            }
        }

        public void Dispose()
        {
            _disposed.Cancel();
            Last.Dispose();
        }

        /// <summary>A pause that would outlast the deadline is not begun: why the last try failed says more than that time ran out.</summary>
        private bool IsTimeFor(TimeSpan wait) => call.Deadline is not { } deadline || options.Time.GetUtcNow().UtcDateTime + wait < deadline;

        private async Task Pause(TimeSpan wait)
        {
            using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, _disposed.Token);
            try
            {
                await Task.Delay(wait, options.Time, givenUp.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw new RpcException(new(StatusCode.Cancelled, "The caller gave up between two tries."));
            }
        }
    }
}
