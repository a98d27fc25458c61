using CityTwin.Api.Access;
using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Grains.Viewing;
using Grpc.Core;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Events;

/// <summary>The stream of the whole city, for gRPC and for server-sent events alike.</summary>
internal sealed class CityWatcher(CityReader reader, StreamLimit streams, TracedChanges traced, ApiInstruments instruments, IOptions<ApiOptions> options, TimeProvider time)
{
    public const int IntervalMillisecondsDefault = 100;
    public const int IntervalMillisecondsMax = 10_000;

    /// <summary>Checks what can be checked before the first byte of an answer is sent.</summary>
    public static void Check(V1.WatchCityRequest request)
    {
        var violations = new Violations();
        violations.Range("interval_milliseconds", request.IntervalMilliseconds, 0, IntervalMillisecondsMax);
        if (request.ResumeToken.Length > 0 && VersionToken.Parse(request.ResumeToken) is null)
        {
            violations.Add("resume_token", "resume_token is none of this server.");
        }

        violations.Throw();
    }

    /// <param name="access">What the receiver sees of the city.</param>
    /// <param name="started">Called once nothing can be refused any more.</param>
    /// <param name="send">A message; null = nothing new, for so long that the receiver might worry.</param>
    public async Task Run(
        V1.WatchCityRequest request, CallAccess access, Func<Task> started, Func<V1.CityChanges?, Task> send, CancellationToken cancellation)
    {
        Check(request);
        using var stream = streams.Enter();
        var stand = traced.Newest;
        var version = reader.Newest;
        await started();
        var first = await First(version, request, access, cancellation);
        version = first.Version;
        CountGap(first.Changes);
        await send(first.Changes);
        var interval = TimeSpan.FromMilliseconds(request.IntervalMilliseconds == 0 ? IntervalMillisecondsDefault : request.IntervalMilliseconds);
        while (true)
        {
            await Task.Delay(interval, time, cancellation);
            var heartbeat = TimeSpan.FromMilliseconds(options.Value.HeartbeatMilliseconds);
            if (await reader.Beyond(version.Seq, heartbeat, cancellation) is not { } next)
            {
                await send(null);
                continue;
            }

            var changes = ReferenceEquals(next.Index, version.Index) && next.Epoch == version.Epoch
                ? CityChangesBuilder.Since(version.Seq, next, access.In(next.Index), request.Sensors)
                : CityChangesBuilder.Snapshot(next, access.In(next.Index), request.Sensors, true);
            using var delivery = traced.Deliver(ref stand, next.Seq, kind => kind != PublishedKind.Sensor || request.Sensors);
            if (!CityChangesBuilder.IsEmpty(changes))
            {
                CountGap(changes);
                await send(changes);
                instruments.Delivering(next.AsOf, time.GetUtcNow());
            }

            version = next;
        }
    }

    private void CountGap(V1.CityChanges changes)
    {
        if (changes.Gap)
        {
            instruments.Gap();
        }
    }

    private async Task<(CityVersion Version, V1.CityChanges Changes)> First(
        CityVersion version, V1.WatchCityRequest request, CallAccess access, CancellationToken cancellation)
    {
        if (VersionToken.Parse(request.ResumeToken) is not { } token)
        {
            return (version, CityChangesBuilder.Snapshot(version, access.In(version.Index), request.Sensors, false));
        }

        if (VersionToken.Of(version) with { Seq = token.Seq } == token)
        {
            // Another silo may be a little ahead of this one.
            version = version.Seq >= token.Seq ? version : await reader.Beyond(
                token.Seq - 1, TimeSpan.FromMilliseconds(options.Value.FreshnessWaitMilliseconds), cancellation) ?? version;
        }

        return VersionToken.Of(version) with { Seq = token.Seq } == token && version.Seq >= token.Seq && token.Seq >= version.RemovalsKnownAfter
            ? (version, CityChangesBuilder.Since(token.Seq, version, access.In(version.Index), request.Sensors))
            : (version, CityChangesBuilder.Snapshot(version, access.In(version.Index), request.Sensors, true));
    }
}
