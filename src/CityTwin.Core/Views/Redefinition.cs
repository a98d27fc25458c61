using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>The view of a city whose definition was replaced.</summary>
internal static class Redefinition
{
    public static CityVersion Of(CityVersion old, CityIndex index)
    {
        // Whatever else follows from the definition may be new too, so that everything counts as changed by the next row.
        var seq = old.Seq + 1;
        var city = index.City;
        var version = CityView.Empty(index, old.Epoch) with
        {
            Seq = old.Seq,
            AsOf = old.AsOf,
            Segments = new PagedArray<SegmentView>(city.Segments.Length, i =>
                (old.Index.Find(city.Segments[i].Id) is { } place ? old.Segments[place] : SegmentView.New) with { ChangedAt = seq }),
            Guards = new PagedArray<GuardView>(city.Guards.Length, i => new(StatusOf(old, city.Guards[i]), seq)),
            RemovalsKnownAfter = seq,
            Batch = old.Batch,
            BatchAt = old.BatchAt,
            LevelsAt = seq,
            AttackAt = seq,
        };
        var fold = new ViewFold(version);
        foreach (var alert in old.Alerts.Values)
        {
            fold.Take(alert.Status, seq);
        }

        for (var i = 0; i < city.Sensors.Length; i++)
        {
            fold.Supply(i, seq);
            fold.Take(i, old.Index.Find(city.Sensors[i].Id) is { } place ? old.Sensors[place].Status : null, seq);
        }

        for (var i = 0; i < city.Guards.Length; i++)
        {
            fold.Count(i, GuardRules.New(city.Guards[i]), version.Guards[i].Status, seq);
        }

        for (var i = 0; i < city.Security.Assets.Length; i++)
        {
            fold.Take(i, old.Index.Find(city.Security.Assets[i].Id) is { } place ? old.Assets[place].Status : null, seq);
        }

        for (var i = 0; i < city.Security.Conduits.Length; i++)
        {
            fold.Take(i, old.Index.Find(city.Security.Conduits[i].Id) is { } place ? old.Conduits[place].Status : null, seq);
        }

        for (var i = 0; i < city.Zones.Length; i++)
        {
            fold.Take(i, old.Index.Find(city.Zones[i].Id) is { } place ? old.Zones[place].Facts : null, seq);
        }

        return fold.Finish();
    }

    /// <summary>Who has never published stands where the new definition posts it.</summary>
    private static GuardStatus StatusOf(CityVersion old, Guard guard) =>
        old.Index.Find(guard.Id) is { } place && old.Guards[place].Status is { Version: > 0 } known ? known : GuardRules.New(guard);
}
