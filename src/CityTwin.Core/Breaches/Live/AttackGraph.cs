using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// Steps and areas as nodes, and who waits for whom: first the steps in the order of the model, then the areas. What a
/// node waits for is one number: two bits for "a parent of an OR step" and "the area to stand in", above them the count of
/// the parents of an AND step.
/// </summary>
internal sealed class AttackGraph
{
    /// <summary>The condition that the adversary stands there.</summary>
    public const int Area = 1;

    /// <summary>The condition that any parent is reached.</summary>
    public const int AnyParent = 2;

    /// <summary>One parent more or less of an AND step.</summary>
    public const int OneParent = 4;

    /// <summary>A parent of an AND step: each counts.</summary>
    public const int EachCounts = 0;

    private readonly List<(int Next, int Condition)>[] _followers;
    private readonly int[] _waits;
    private readonly double[] _seconds;

    public AttackGraph(SecurityModel model, AdversaryProfile profile)
    {
        Steps = model.Steps;
        PlaceOf = model.Steps.Select((step, place) => (step.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place);
        var areas = model.Areas.Select((area, place) => (area.Id, place: place + Steps.Length)).ToDictionary(pair => pair.Id, pair => pair.place);
        NodeCount = Steps.Length + areas.Count;
        _followers = [.. Enumerable.Range(0, NodeCount).Select(_ => new List<(int, int)>())];
        _waits = new int[NodeCount];
        _seconds = new double[NodeCount];
        for (var place = 0; place < Steps.Length; place++)
        {
            Add(place, Steps[place], profile, areas);
        }

        foreach (var area in areas.Values)
        {
            _waits[area] = Area;
        }
    }

    public ImmutableArray<AttackStep> Steps { get; }

    public Dictionary<StepId, int> PlaceOf { get; }

    public int NodeCount { get; }

    /// <summary>What a node waits for before anything is reached; never 0.</summary>
    public int WaitsFor(int node) => _waits[node];

    public double SecondsOf(int node) => _seconds[node];

    public List<(int Next, int Condition)> Followers(int node) => _followers[node];

    private void Add(int place, AttackStep step, AdversaryProfile profile, Dictionary<AreaId, int> areas)
    {
        _seconds[place] = step.Duration.MeanSeconds / profile.Speed.Value;
        var parents = step.Parents.Distinct().Select(parent => PlaceOf[parent]).ToArray();
        var isAll = step.Logic == StepLogic.All;
        foreach (var parent in parents)
        {
            _followers[parent].Add((place, isAll ? EachCounts : AnyParent));
        }

        _waits[place] = parents.Length == 0 ? 0 : isAll ? parents.Length * OneParent : AnyParent;
        if (step.Kind == StepKind.Physical && step.From is { } from)
        {
            _followers[areas[from]].Add((place, Area));
            _waits[place] |= Area;
        }
        else if (parents.Length == 0)
        {
            // It opens only where an adversary begins with it, and this one has begun already: nobody fulfils this.
            _waits[place] = AnyParent;
        }

        if (step.Kind == StepKind.Physical && step.To is { } to)
        {
            _followers[place].Add((areas[to], Area));
        }
    }
}
