using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>Gathers what a group of rows means for zones, and derives each touched zone once.</summary>
internal sealed class ZoneFold
{
    private readonly CityVersion _origin;
    private readonly Dictionary<int, Pending> _pending = [];

    public ZoneFold(CityVersion origin) => _origin = origin;

    /// <summary>Adds to a zone and to all it lies in.</summary>
    public void Add(int zone, ZoneTally tally, long seq)
    {
        if (tally == default)
        {
            return;
        }

        for (var at = zone; at >= 0; at = _origin.Index.ParentOf[at])
        {
            var pending = Of(at);
            pending.Tally += tally;
            pending.ChangedAt = Math.Max(pending.ChangedAt, seq);
        }
    }

    public void Observe(int zone, DateTimeOffset observedAt)
    {
        for (var at = zone; at >= 0; at = _origin.Index.ParentOf[at])
        {
            var pending = Of(at);
            pending.NewestObservedAt = pending.NewestObservedAt > observedAt ? pending.NewestObservedAt : observedAt;
        }
    }

    public void Take(int zone, ZoneFacts? facts, long seq)
    {
        Touch(zone, seq);
        Of(zone).Facts = facts;
    }

    /// <summary>The services of a zone have to be derived again.</summary>
    public void Touch(int zone, long seq)
    {
        var pending = Of(zone);
        pending.IsDerivedAgain = true;
        pending.ChangedAt = Math.Max(pending.ChangedAt, seq);
    }

    public PagedArray<ZoneView> Finish(CityVersion next)
    {
        var zones = _origin.Zones.Edit();
        var heads = new CauseHeads(next);
        foreach (var (zone, pending) in _pending)
        {
            var before = zones[zone];
            zones[zone] = new(
                pending.Facts,
                pending.IsDerivedAgain ? Services(next, heads, zone, pending.Facts) : before.Services,
                before.Tally + pending.Tally,
                pending.NewestObservedAt,
                Math.Max(before.ChangedAt, pending.ChangedAt));
        }

        // A root may change its reason while the levels stay: whatever is down is derived again with every batch.
        if (next.Batch != _origin.Batch)
        {
            for (var zone = 0; zone < _origin.Zones.Count; zone++)
            {
                var view = zones[zone];
                if ((!_pending.TryGetValue(zone, out var pending) || !pending.IsDerivedAgain)
                    && view.Services.Any(service => service.Cause is not null))
                {
                    zones[zone] = Again(view, Services(next, heads, zone, view.Facts), next.Seq);
                }
            }
        }

        return zones.Finish();
    }

    private static ZoneView Again(ZoneView view, ImmutableArray<ServiceStatus> services, long seq) =>
        services.AsSpan().SequenceEqual(view.Services.AsSpan()) ? view : view with { Services = services, ChangedAt = seq };

    private static ImmutableArray<ServiceStatus> Services(CityVersion version, CauseHeads heads, int zone, ZoneFacts? facts)
    {
        Zone definition = version.Index.City.Zones[zone];
        return ZoneRules.ServicesOf(
            definition, facts?.PeopleCounted, version.LevelOf, service => heads.Of(service.Level));
    }

    private Pending Of(int zone)
    {
        if (!_pending.TryGetValue(zone, out var pending))
        {
            var view = _origin.Zones[zone];
            _pending[zone] = pending = new() { Facts = view.Facts, NewestObservedAt = view.NewestObservedAt };
        }

        return pending;
    }

    private sealed class Pending
    {
        public ZoneFacts? Facts { get; set; }

        public ZoneTally Tally { get; set; }

        public DateTimeOffset? NewestObservedAt { get; set; }

        public bool IsDerivedAgain { get; set; }

        public long ChangedAt { get; set; }
    }
}
