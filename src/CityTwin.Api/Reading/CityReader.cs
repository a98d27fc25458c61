using CityTwin.Api.Errors;
using CityTwin.Core.Views;
using CityTwin.Grains.Viewing;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Reading;

/// <summary>Gives every read the version it asks for.</summary>
internal sealed class CityReader(LiveView live, IOptions<ApiOptions> options, TimeProvider time)
{
    /// <summary>The newest version here.</summary>
    /// <exception cref="RpcException">NOT_READY until the first snapshot is loaded.</exception>
    public CityVersion Newest => live.Current ?? throw ApiErrors.NotReady();

    /// <summary>A version at least as new as a token; it waits for it, for a bounded time.</summary>
    /// <param name="atLeast">Empty = any.</param>
    public ValueTask<CityVersion> AtLeast(string atLeast, CancellationToken cancellation)
    {
        var newest = Newest;
        if (atLeast.Length == 0)
        {
            return new(newest);
        }

        if (VersionToken.Parse(atLeast) is not { } token)
        {
            throw ApiErrors.With(
                StatusCode.InvalidArgument, ErrorReason.InvalidFields, "at_least_version is no version of this server.",
                [new("at_least_version", "It is no version of this server.")]);
        }

        if (token.Epoch != newest.Epoch)
        {
            throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.VersionOfAnotherLog, "at_least_version belongs to another change log.");
        }

        return newest.Seq >= token.Seq ? new(newest) : new(Wait(token.Seq, cancellation));
    }

    /// <summary>The first version beyond a sequence, or null after a time without any.</summary>
    public async Task<CityVersion?> Beyond(long seq, TimeSpan wait, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), limit, wait, Timeout.InfiniteTimeSpan);
        try
        {
            return await live.Beyond(seq, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A version in which a batch shows.</summary>
    public async Task<CityVersion> WithBatch(long batch, CancellationToken cancellation)
    {
        var version = Newest;
        while (version.Batch < batch)
        {
            version = await Wait(version.Seq + 1, cancellation);
        }

        return version;
    }

    private async Task<CityVersion> Wait(long seq, CancellationToken cancellation) =>
        await Beyond(seq - 1, TimeSpan.FromMilliseconds(options.Value.FreshnessWaitMilliseconds), cancellation)
        ?? throw ApiErrors.Of(StatusCode.DeadlineExceeded, ErrorReason.VersionNotReached, "The version asked for has not arrived here in time.");
}
