using CityTwin.Api.Errors;
using CityTwin.Core.Views;
using CityTwin.Grains.Viewing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Reading;

/// <summary>Gives every read the version it asks for.</summary>
internal sealed class CityReader(LiveView live, PastCity past, IOptions<ApiOptions> options, TimeProvider time)
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

    /// <summary>The version of a past instant, or of now.</summary>
    /// <param name="asOf">Null = now.</param>
    /// <param name="atLeast">As in <see cref="AtLeast"/>; not with an instant.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RpcException">OUT_OF_RANGE: the instant is none of the kept history; the message names what is kept.</exception>
    public ValueTask<CityVersion> At(Timestamp? asOf, string atLeast, CancellationToken cancellation) =>
        asOf is null ? AtLeast(atLeast, cancellation) : new(Past(asOf, atLeast, cancellation));

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

    private async Task<CityVersion> Past(Timestamp asOf, string atLeast, CancellationToken cancellation)
    {
        var violations = new Violations();
        var instant = violations.Time("as_of_time", asOf);
        if (atLeast.Length > 0)
        {
            violations.Add("at_least_version", "at_least_version and as_of_time exclude each other.");
        }

        violations.Throw();
        if (!past.IsKept)
        {
            throw ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.HistoryOff, "This server keeps no history.");
        }

        var now = time.GetUtcNow();
        var to = DateTimeOffset.FromUnixTimeMilliseconds(instant!.Value.ToUnixTimeMilliseconds());
        return (to > now ? null : await past.At(to, cancellation)) ?? throw await BeyondHistory(now, cancellation);
    }

    private async Task<RpcException> BeyondHistory(DateTimeOffset now, CancellationToken cancellation)
    {
        var text = await past.KeptSince(cancellation) is { } since
            ? FormattableString.Invariant($"as_of_time lies between {since:yyyy-MM-ddTHH:mm:ss.fffZ} and {now:yyyy-MM-ddTHH:mm:ss.fffZ}: that is what is kept.")
            : "This server has only begun to keep history; try again in a minute.";
        return ApiErrors.With(StatusCode.OutOfRange, ErrorReason.BeyondHistory, text, [new("as_of_time", text, "OUT_OF_RANGE")]);
    }

    private async Task<CityVersion> Wait(long seq, CancellationToken cancellation) =>
        await Beyond(seq - 1, TimeSpan.FromMilliseconds(options.Value.FreshnessWaitMilliseconds), cancellation)
        ?? throw ApiErrors.Of(StatusCode.DeadlineExceeded, ErrorReason.VersionNotReached, "The version asked for has not arrived here in time.");
}
