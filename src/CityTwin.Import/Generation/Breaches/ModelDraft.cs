using System.Collections.Immutable;
using CityTwin.Core;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>A security model while it is being built up; gives each id once.</summary>
internal sealed class ModelDraft(TownPlan plan)
{
    /// <summary>Where every adversary begins that comes in person.</summary>
    public static readonly AreaId Streets = new("streets");

    /// <summary>When those who watch networks watch them.</summary>
    public static readonly ScheduleId Watch = new("network-watch");

    /// <summary>When somebody passes by who could notice.</summary>
    public static readonly ScheduleId PassersBy = new("passers-by");

    private readonly SortedDictionary<string, SecurityZone> _zones = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Conduit> _conduits = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Asset> _assets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Area> _areas = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AttackStep> _steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Defence> _defences = new(StringComparer.Ordinal);

    public int StepCount => _steps.Count;

    public void Zone(string id, string name, int target, int achieved, params ReadOnlySpan<ZoneId> places) =>
        Add(_zones, id, new(new(id), name, target, achieved, [.. places]));

    public ConduitId Conduit(string from, string to, string name, int target, IEnumerable<Carried>? carries = null)
    {
        // Most paths fall one short of what they should reach.
        var id = $"{from}-to-{to}";
        var achieved = Math.Max(0, target - 1 - plan.Chance.Below(2, id, "achieved"));
        Add(_conduits, id, new(new(id), name, new(from), new(to), target, achieved, [.. carries ?? []]));
        return new(id);
    }

    /// <summary>The conduit from a control centre to one plant; isolated, the plant is worked by hand.</summary>
    public ConduitId PlantConduit(string word, string slug, string name, SegmentId carried, int byHandPermille)
    {
        var id = $"{word}-control-to-{slug}";
        Add(_conduits, id, new(
            new(id), $"Remote control of {name}", new($"{word}-control"), new($"{word}-field"), 3, 1 + plan.Chance.Below(2, id, "achieved"),
            [new(carried, byHandPermille)]));
        return new(id);
    }

    public AssetId Asset(
        string id, string name, string kind, string? zone, ZoneId? place = null,
        IEnumerable<SegmentId>? segments = null, IEnumerable<SensorId>? sensors = null)
    {
        Invariant.Hold(StarterLibrary.Assets.Any(type => type.Word == kind), "The generator makes assets of the starter library.");
        Add(_assets, id, new(new(id), name, kind, zone is null ? null : new SecurityZoneId(zone), place, [.. segments ?? []], [.. sensors ?? []]));
        return new(id);
    }

    public AreaId Area(string id, string name, ZoneId zone, LonLat position)
    {
        Add(_areas, id, new(new(id), name, zone, position));
        return new(id);
    }

    /// <summary>A cyber step of the library. Detected, where anybody would, by those who watch the networks.</summary>
    public StepId Cyber(
        string id, string name, AssetId asset, string type, IEnumerable<StepId> parents,
        ConduitId? through = null, bool needsAll = false, params IEnumerable<CompromiseEffect> effects)
    {
        var typical = StarterLibrary.Step(type);
        Invariant.Hold(typical.Kind == StepKind.Cyber, "A cyber step has a cyber type.");
        return Add(new(
            new(id), name, asset, StepKind.Cyber, needsAll ? StepLogic.All : StepLogic.Any, [.. parents], typical.Duration, typical.Exists, typical.Skill,
            typical.Detected is { } detected ? [new(null, detected, typical.At, Watch)] : [],
            [.. effects], null, null, through, typical.Techniques));
    }

    /// <summary>
    /// A physical step of the library, by chance a fifth quicker or slower than typical. Detected by the sensor; where there
    /// is none, by whoever passes by, if at all.
    /// </summary>
    public StepId Physical(
        string id, string name, AssetId asset, string type, AreaId from, AreaId to, SensorId? sensor,
        IEnumerable<StepId>? parents = null, params IEnumerable<CompromiseEffect> effects)
    {
        const double UnwatchedShare = 0.3;
        var typical = StarterLibrary.Step(type);
        Invariant.Hold(typical.Kind == StepKind.Physical, "A physical step has a physical type.");
        Detection? detection = typical.Detected is not { } detected ? null
            : sensor is not null ? new(sensor, detected, typical.At, null)
            : new(null, StarterLibrary.Guess(Math.Round(detected.Value * UnwatchedShare, 3), isShare: true), typical.At, PassersBy);
        var factor = Math.Round(plan.Chance.Between(0.8, 1.2, id, "delay"), 2);
        return Add(new(
            new(id), name, asset, StepKind.Physical, StepLogic.Any, [.. parents ?? []], Scaled(typical.Duration, factor), typical.Exists, typical.Skill,
            detection is null ? [] : [detection], [.. effects], from, to, null, []));
    }

    public void Defence(string id, string name, string type, params ReadOnlySpan<DefenceEffect> effects)
    {
        var typical = StarterLibrary.DefenceOf(type);
        var factor = Math.Round(plan.Chance.Between(0.8, 1.25, id, "cost"), 2);
        var cost = typical.Cost with
        {
            Value = Math.Round(typical.Cost.Value * factor),
            Low = Math.Round(typical.Cost.Low * factor),
            High = Math.Round(typical.Cost.High * factor),
        };
        Add(_defences, id, new(new(id), name, type, cost, [.. effects]));
    }

    public bool Has(StepId step) => _steps.ContainsKey(step.Value);

    public SecurityModel Finish(
        ImmutableArray<AdversaryProfile> profiles, ImmutableArray<Schedule> schedules, ResponsePlan response, Estimate personsPerConnection) => new(
        [.. _zones.Values], [.. _conduits.Values], [.. _assets.Values], [.. _areas.Values], [.. _steps.Values],
        profiles, schedules, [.. _defences.Values], response, personsPerConnection, "EUR");

    private StepId Add(AttackStep step)
    {
        Add(_steps, step.Id.Value, step);
        return step.Id;
    }

    private static void Add<T>(SortedDictionary<string, T> things, string id, T thing) =>
        Invariant.Hold(things.TryAdd(id, thing), "The generator gives every id of the security model once.");

    private static Duration Scaled(Duration duration, double factor) => duration with
    {
        FirstSeconds = duration.FirstSeconds with
        {
            Value = Math.Round(duration.FirstSeconds.Value * factor, 1),
            Low = Math.Round(duration.FirstSeconds.Low * factor, 1),
            High = Math.Round(duration.FirstSeconds.High * factor, 1),
        },
        SecondSeconds = Estimate.Of(Math.Round(duration.SecondSeconds.Value * factor, 1)),
    };
}
