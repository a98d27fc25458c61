using CityTwin.Api.Commands;
using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Segments;
using Microsoft.Extensions.Options;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Segments;

/// <summary>Orders to segments, checked and passed to their owners.</summary>
internal sealed class SegmentCommands(CityReader reader, IGrainFactory grains, TimeProvider time, IOptions<ApiOptions> options)
{
    private const int Whole = 1000;

    /// <summary>Holds a segment at a level below 1000.</summary>
    public Task<V1.CommandReceipt> Fail(string name, Order order, int levelPermille, CancellationToken cancellation)
    {
        var violations = new Violations();
        violations.Command(order.Principal, order.Reason, order.RequestId);
        violations.Range("level_permille", levelPermille, 0, Whole - 1);
        violations.Throw();
        return Set(name, order, SegmentRules.CommandCause, levelPermille, cancellation);
    }

    /// <summary>Sets a cause of a segment, or lifts it at 1000.</summary>
    public async Task<V1.CommandReceipt> Set(string name, Order order, string cause, int levelPermille, CancellationToken cancellation)
    {
        var version = reader.Newest;
        var violations = new Violations();
        violations.Command(order.Principal, order.Reason, order.RequestId);
        violations.Throw();
        var id = IdOf(version, name);
        var known = order.WithId();
        var command = new SegmentCommand(known.RequestId, cause, levelPermille, known.Principal, known.Reason);
        var seq = await Order.Deliver(() => grains.GetGrain<ISegmentGrain>(GrainKeys.Of(id)).Command(command), time, cancellation);
        return known.Receipt(version, name, seq, time.GetUtcNow());
    }

    /// <summary>Starts segments from black, all in one batch.</summary>
    public async Task<V1.CommandReceipt> Start(IReadOnlyList<string> names, Order order, CancellationToken cancellation)
    {
        var version = reader.Newest;
        var violations = new Violations();
        violations.Command(order.Principal, order.Reason, order.RequestId);
        violations.Range("names", names.Count, 1, options.Value.PageSizeMax);
        violations.Throw();
        var known = order.WithId();
        var segments = names.Select((name, at) => IdOf(version, name, FormattableString.Invariant($"names[{at}]"))).Distinct().Order();
        var start = new StartOrder(known.RequestId, [.. segments], known.Principal, known.Reason, time.GetUtcNow());
        var seq = await Order.Deliver(() => grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Start(start), time, cancellation);
        return known.Receipt(version, names.Count == 1 ? names[0] : "", seq, time.GetUtcNow());
    }

    private static SegmentId IdOf(CityVersion version, string name, string field = "name") =>
        version.Index.City.Segments[Pages.Find(Collections.Segments, version, name, field)].Id;
}
