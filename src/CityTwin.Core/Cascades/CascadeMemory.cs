using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Cascades;

/// <summary>
/// The coordinator's working copy of what was decided: a fold of decided batches, never stored as such.
/// It also remembers between batches what each vertex last gave its network, so that only what a batch touches is asked.
/// </summary>
internal sealed class CascadeMemory
{
    private readonly SortedSet<(long Due, int Vertex)> _agenda = [];
    private readonly long?[] _nextTimer;

    private CascadeMemory(CascadePlan plan)
    {
        var count = plan.Segments.Length;
        Plan = plan;
        Ceiling = new int[count];
        CauseVersion = new long[count];
        LastDecided = new long[count];
        LevelBatch = new long[count];
        Level = new short[count];
        Operator = new OperatorState?[count];
        Pass = new short[count];
        Give = new short[count];
        Reach = new short[count];
        _nextTimer = new long?[count];
    }

    public CascadePlan Plan { get; }

    public int[] Ceiling { get; }

    public long[] CauseVersion { get; }

    /// <summary>Of each segment: the last batch whose commit concerned it.</summary>
    public long[] LastDecided { get; }

    /// <summary>Of each segment: the batch that last changed its level; 0 when none did.</summary>
    public long[] LevelBatch { get; }

    public short[] Level { get; }

    public OperatorState?[] Operator { get; }

    /// <summary>Of each member of a network: what a path through it can carry. Members with a lag are asked anew whenever their network is.</summary>
    public short[] Pass { get; }

    public short[] Give { get; }

    public short[] Reach { get; }

    public long? EarliestTimer => _agenda.Count == 0 ? null : _agenda.Min.Due;

    public IEnumerable<int> DueAt(long at) => _agenda.TakeWhile(timer => timer.Due <= at).Select(timer => timer.Vertex);

    /// <summary>A new city: all full, nothing closed.</summary>
    public static CascadeMemory New(CascadePlan plan)
    {
        var memory = new CascadeMemory(plan);
        foreach (var values in new[] { memory.Level, memory.Pass, memory.Give, memory.Reach })
        {
            Array.Fill(values, (short)1000);
        }

        Array.Fill(memory.Ceiling, 1000);
        return memory;
    }

    public static CascadeMemory Of(CascadePlan plan, KernelCheckpoint checkpoint)
    {
        var memory = new CascadeMemory(plan);
        foreach (var segment in checkpoint.Segments)
        {
            if (plan.VertexOf(segment.Segment) is not { } vertex)
            {
                continue;
            }

            memory.Ceiling[vertex] = segment.CeilingPermille;
            memory.CauseVersion[vertex] = segment.CauseVersion;
            memory.LastDecided[vertex] = segment.LastDecided;
            memory.LevelBatch[vertex] = segment.LevelBatch ?? segment.LastDecided;
            memory.Level[vertex] = (short)segment.LevelPermille;
            memory.Operator[vertex] = segment.Operator;
            memory.Schedule(vertex, segment.NextTimer);
        }

        return memory;
    }

    /// <summary>The same memory under a changed definition, before that is settled: see <see cref="DefinitionChange"/>.</summary>
    public CascadeMemory Under(CascadePlan plan, long at)
    {
        var memory = New(plan);
        foreach (var segment in plan.Segments)
        {
            if (Plan.VertexOf(segment.Id) is not { } old)
            {
                continue;
            }

            memory.Ceiling[segment.Vertex] = Ceiling[old];
            memory.CauseVersion[segment.Vertex] = CauseVersion[old];
            memory.LastDecided[segment.Vertex] = LastDecided[old];
            memory.LevelBatch[segment.Vertex] = LevelBatch[old];
            memory.Level[segment.Vertex] = Level[old];
            memory.Operator[segment.Vertex] = OperatorRules.Under(Plan.Segments[old].Rule, segment.Rule, Operator[old], at);
            memory.Schedule(segment.Vertex, _nextTimer[old]);
        }

        return memory;
    }

    /// <summary>True when a segment already was as a batch leaves it; false for one that this memory's city does not have.</summary>
    public bool Has(SegmentSettled settled) => Plan.VertexOf(settled.Segment) is { } vertex
        && Level[vertex] == settled.LevelPermille && _nextTimer[vertex] == settled.NextTimer && IsSame(settled.Operator, Operator[vertex]);

    /// <summary>Recomputes what lies between segments (pass, give, reach) after the fold, as of an instant.</summary>
    public void Refresh(long at)
    {
        foreach (var segment in Plan.Segments)
        {
            if (segment.Network is null)
            {
                continue;
            }

            var answer = SegmentEvaluation.Evaluate(segment, Operator[segment.Vertex], new(
                segment.Id, default, Phase.Up, at, Ceiling[segment.Vertex], Ceiling[segment.Vertex], 0, false, 0,
                SuppliersOf(segment, Level), Plan.Definition));
            Pass[segment.Vertex] = (short)answer.PassPermille;
            Give[segment.Vertex] = (short)answer.GivePermille;
        }

        foreach (var network in Plan.Networks)
        {
            var reach = SegmentEvaluation.Reach(network, Gather(network, Pass), Gather(network, Give));
            for (var i = 0; i < reach.Length; i++)
            {
                Reach[network.Members[i]] = reach[i];
            }
        }
    }

    /// <summary>The segments whose level a batch that was not applied yet moves.</summary>
    public ImmutableArray<LevelStep> Moved(BatchDecided batch) =>
    [
        .. from settled in batch.Settled
           let before = Plan.VertexOf(settled.Segment) is { } vertex ? Level[vertex] : 1000
           where before != settled.LevelPermille
           select new LevelStep(settled.Segment, before, settled.LevelPermille),
    ];

    public void Apply(BatchDecided batch)
    {
        foreach (var change in batch.Changes)
        {
            if (Plan.VertexOf(change.Segment) is { } vertex)
            {
                Ceiling[vertex] = change.CeilingPermille;
                CauseVersion[vertex] = change.Version;
            }
        }

        foreach (var settled in batch.Settled)
        {
            if (Plan.VertexOf(settled.Segment) is not { } vertex)
            {
                continue;
            }

            LevelBatch[vertex] = Level[vertex] == settled.LevelPermille ? LevelBatch[vertex] : batch.Number;
            Level[vertex] = (short)settled.LevelPermille;
            Operator[vertex] = settled.Operator;
            LastDecided[vertex] = batch.Number;
            Schedule(vertex, settled.NextTimer);
        }
    }

    public KernelCheckpoint Checkpoint(long number, long at) => new(number, at, Plan.Definition,
        [.. Plan.Segments.Select(segment => new SegmentCheckpoint(
            segment.Id, Ceiling[segment.Vertex], CauseVersion[segment.Vertex], LastDecided[segment.Vertex],
            Level[segment.Vertex], Operator[segment.Vertex], _nextTimer[segment.Vertex], LevelBatch[segment.Vertex]))]);

    public static ImmutableArray<short> SuppliersOf(SegmentPlan segment, short[] levels)
    {
        var values = new short[segment.SupplierVertices.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = levels[segment.SupplierVertices[i]];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(values);
    }

    public static ImmutableArray<short> Gather(NetworkPlan network, short[] values)
    {
        var gathered = new short[network.Members.Length];
        for (var i = 0; i < gathered.Length; i++)
        {
            gathered[i] = values[network.Members[i]];
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(gathered);
    }

    private void Schedule(int vertex, long? due)
    {
        if (_nextTimer[vertex] is { } old)
        {
            _agenda.Remove((old, vertex));
        }

        _nextTimer[vertex] = due;
        if (due is { } next)
        {
            _agenda.Add((next, vertex));
        }
    }

    private static bool IsSame(OperatorState? a, OperatorState? b) =>
        a is null || b is null ? a is null && b is null
        : a with { Window = b.Window } == b && a.Window.AsSpan().SequenceEqual(b.Window.AsSpan());
}
