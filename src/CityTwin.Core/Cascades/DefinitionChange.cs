using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Cascades;

/// <summary>
/// A changed definition on its way into force. It is a batch of its own: what is in both definitions keeps its level,
/// its ceiling and its restart window; a battery keeps its share of a full charge; what is new begins as in a new city.
/// Everything is settled once, by the rules of the new definition.
/// </summary>
/// <param name="Positions">The normally-open ties that are new: they begin open.</param>
/// <param name="Concerned">Whose own state refers to what is no longer so: these grains are told.</param>
public sealed record DefinitionChange(
    CascadePlan Plan, CityHash Before, ImmutableArray<CeilingChange> Positions, Concerned Concerned, string By, string Reason)
{
    public static DefinitionChange Between(City before, City after, CascadePlan plan, string by, string reason)
    {
        var old = before.Segments.Select(segment => segment.Id).ToHashSet();
        var positions = after.Segments.Where(segment => segment.NormallyOpen && !old.Contains(segment.Id)).Select(SegmentRules.FoundingPosition);
        return new(plan, before.Hash, [.. positions], Concerned.Of(before, after), by, reason);
    }

    /// <summary>What the change leads to, before anything is saved: the memory to go on with, and the batch that says it.</summary>
    internal (CascadeMemory Memory, BatchDecided Batch) Settle(CascadeMemory before, long number, long at)
    {
        var begin = before.Under(Plan, at);
        var settled = SettleAlone.Everything(begin, before, new(number, at, Positions, []));
        var batch = new BatchDecided(number, at, Plan.Definition, Positions, [], settled, new(Before, By, Reason));
        begin.Apply(batch);
        return (begin, batch);
    }
}

/// <summary>Grains that hold something the changed definition no longer says.</summary>
/// <param name="Segments">Gone, or with another position to begin with, or watched by other sensors.</param>
/// <param name="Sensors">Gone, or of another segment or role.</param>
/// <param name="Assets">Gone, or without a step that they had; default in states from before there were any.</param>
/// <param name="Conduits">Gone, or carrying something else; default in states from before there were any.</param>
[GenerateSerializer, Alias("concerned"), Immutable]
public sealed record Concerned(
    ImmutableArray<SegmentId> Segments,
    ImmutableArray<SensorId> Sensors,
    ImmutableArray<AssetId> Assets = default,
    ImmutableArray<ConduitId> Conduits = default)
{
    public bool IsEmpty => Segments.IsEmpty && Sensors.IsEmpty && Assets.IsDefaultOrEmpty && Conduits.IsDefaultOrEmpty;

    public static Concerned Of(City before, City after)
    {
        var sensors = after.Sensors.ToDictionary(sensor => sensor.Id);
        var segments = after.Segments.ToDictionary(segment => segment.Id);
        var moved = before.Sensors.Where(sensor => !sensors.TryGetValue(sensor.Id, out var now)
            || (now.Role, now.Segment) != (sensor.Role, sensor.Segment)).ToList();
        var left = moved.Select(sensor => sensor.Segment).OfType<SegmentId>().ToHashSet();
        return new(
            [.. before.Segments.Where(segment => left.Contains(segment.Id) || !segments.TryGetValue(segment.Id, out var now)
                || now.NormallyOpen != segment.NormallyOpen).Select(segment => segment.Id)],
            [.. moved.Select(sensor => sensor.Id)],
            AssetsOf(before.Security, after.Security),
            ConduitsOf(before.Security, after.Security));
    }

    private static ImmutableArray<AssetId> AssetsOf(SecurityModel before, SecurityModel after)
    {
        var assets = after.Assets.Select(asset => asset.Id).ToHashSet();
        var steps = after.Steps.Select(step => (step.Id, step.Asset)).ToHashSet();
        var moved = before.Steps.Where(step => !steps.Contains((step.Id, step.Asset))).Select(step => step.Asset).ToHashSet();
        return [.. before.Assets.Select(asset => asset.Id).Where(asset => !assets.Contains(asset) || moved.Contains(asset))];
    }

    private static ImmutableArray<ConduitId> ConduitsOf(SecurityModel before, SecurityModel after)
    {
        var carries = after.Conduits.ToDictionary(conduit => conduit.Id, conduit => conduit.Carries);
        return [.. before.Conduits.Where(conduit => !carries.TryGetValue(conduit.Id, out var now) || !now.SequenceEqual(conduit.Carries)).Select(conduit => conduit.Id)];
    }
}

/// <summary>Who put a changed definition into force, and what was in force before.</summary>
[GenerateSerializer, Alias("definition-applied"), Immutable]
public sealed record DefinitionApplied(CityHash Before, string By, string Reason);

/// <summary>Grains that have yet to be told of the definition in force; kept until all have been.</summary>
[GenerateSerializer, Alias("untold"), Immutable]
public sealed record Untold(CityHash Before, Concerned Grains);
