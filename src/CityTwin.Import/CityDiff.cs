using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Comparing;
using CityTwin.Import.Format;
using CityTwin.Import.Writing;

namespace CityTwin.Import;

/// <summary>What became of a thing between two definitions.</summary>
public enum CityChangeKind
{
    Added,
    Removed,
    Changed,
}

/// <summary>One difference between two definitions.</summary>
/// <param name="Thing">What it is: <c>city</c>, <c>zone</c>, <c>network</c>, <c>segment</c>, <c>sensor</c>, <c>guard</c> or <c>background</c>.</param>
/// <param name="Id">Its id; empty for the city itself and its background.</param>
/// <param name="Properties">For a change: the properties that differ, as the city file spells them, a part of one after a dot
/// (<c>backup.coverPermille</c>, <c>services.power</c>); sorted.</param>
public sealed record CityChange(CityChangeKind Kind, string Thing, string Id, ImmutableArray<string> Properties);

/// <summary>How one definition differs from another: by kind of thing, then by id.</summary>
public sealed record CityDiff(ImmutableArray<CityChange> Changes)
{
    /// <summary>True when both definitions are the same.</summary>
    public bool IsEmpty => Changes.IsEmpty;

    /// <summary>What must happen to <paramref name="before"/> for it to become <paramref name="after"/>.</summary>
    public static CityDiff Between(City before, City after)
    {
        var changes = ImmutableArray.CreateBuilder<CityChange>();
        var (old, @new) = (new Portrait(before), new Portrait(after));
        changes.AddRange(Compare("city", [before], [after], _ => "", old.OfCity, @new.OfCity));
        changes.AddRange(Compare("zone", before.Zones, after.Zones, zone => zone.Id.Value, old.Of, @new.Of));
        changes.AddRange(Compare("network", before.Networks, after.Networks, network => network.Id.Value, old.Of, @new.Of));
        changes.AddRange(Compare("segment", before.Segments, after.Segments, segment => segment.Id.Value, old.Of, @new.Of));
        changes.AddRange(Compare("sensor", before.Sensors, after.Sensors, sensor => sensor.Id.Value, old.Of, @new.Of));
        changes.AddRange(Compare("guard", before.Guards, after.Guards, guard => guard.Id.Value, old.Of, @new.Of));
        if (!LayerWriter.Background(CityOrder.Sorted(before)).Span.SequenceEqual(LayerWriter.Background(CityOrder.Sorted(after)).Span))
        {
            changes.Add(new CityChange(CityChangeKind.Changed, Names.Background, "", []));
        }

        return new(changes.ToImmutable());
    }

    private static IEnumerable<CityChange> Compare<T>(
        string thing, ImmutableArray<T> before, ImmutableArray<T> after, Func<T, string> idOf,
        Func<T, byte[]> oldPortrait, Func<T, byte[]> newPortrait)
    {
        var old = before.ToDictionary(idOf, StringComparer.Ordinal);
        var @new = after.ToDictionary(idOf, StringComparer.Ordinal);
        foreach (var id in old.Keys.Union(@new.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!@new.TryGetValue(id, out var now))
            {
                yield return new(CityChangeKind.Removed, thing, id, []);
            }
            else if (!old.TryGetValue(id, out var then))
            {
                yield return new(CityChangeKind.Added, thing, id, []);
            }
            else if (Portrait.Differences(oldPortrait(then), newPortrait(now)) is { IsEmpty: false } properties)
            {
                yield return new(CityChangeKind.Changed, thing, id, properties);
            }
        }
    }
}
