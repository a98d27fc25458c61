using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Comparing;
using CityTwin.Import.Format;
using CityTwin.Import.Security;
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
/// <param name="Thing">What it is: <c>city</c>, <c>zone</c>, <c>network</c>, <c>segment</c>, <c>sensor</c>, <c>guard</c>, <c>background</c>,
/// <c>security</c> (what its model says of the city as a whole), <c>security-zone</c>, <c>conduit</c>, <c>asset</c>, <c>area</c>, <c>step</c>,
/// <c>profile</c>, <c>schedule</c> or <c>defence</c>.</param>
/// <param name="Id">Its id; empty for the city itself, its background and its security as a whole.</param>
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
        if (!BackgroundOf(before).SequenceEqual(BackgroundOf(after)))
        {
            changes.Add(new CityChange(CityChangeKind.Changed, Names.Background, "", []));
        }

        changes.AddRange(SecurityBetween(before.Security, after.Security));
        return new(changes.ToImmutable());
    }

    private static ReadOnlySpan<byte> BackgroundOf(City city)
    {
        var written = new ArrayBufferWriter<byte>();
        LayerWriter.Background(CityOrder.Sorted(city), text => written.Write(text));
        return written.WrittenSpan;
    }

    private static IEnumerable<CityChange> SecurityBetween(SecurityModel before, SecurityModel after)
    {
        var (old, @new) = (SecurityOrder.Sorted(before), SecurityOrder.Sorted(after));
        return
        [
            .. Of("security", [old], [@new], _ => "", SecurityWriter.WriteWhole),
            .. Of("security-zone", old.Zones, @new.Zones, zone => zone.Id.Value, SecurityWriter.WriteFacts),
            .. Of("conduit", old.Conduits, @new.Conduits, conduit => conduit.Id.Value, SecurityWriter.WriteFacts),
            .. Of("asset", old.Assets, @new.Assets, asset => asset.Id.Value, SecurityWriter.WriteFacts),
            .. Of("area", old.Areas, @new.Areas, area => area.Id.Value, SecurityWriter.WriteFacts),
            .. Of("step", old.Steps, @new.Steps, step => step.Id.Value, StepWriter.WriteFacts),
            .. Of("profile", old.Profiles, @new.Profiles, profile => profile.Id.Value, SecurityWriter.WriteFacts),
            .. Of("schedule", old.Schedules, @new.Schedules, schedule => schedule.Id.Value, SecurityWriter.WriteFacts),
            .. Of("defence", old.Defences, @new.Defences, defence => defence.Id.Value, DefenceWriter.WriteFacts),
        ];

        static IEnumerable<CityChange> Of<T>(
            string thing, ImmutableArray<T> before, ImmutableArray<T> after, Func<T, string> idOf, Action<Utf8JsonWriter, T> write)
        {
            byte[] Portray(T item) => Portrait.Write(writer => write(writer, item));
            return Compare(thing, before, after, idOf, Portray, Portray);
        }
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
