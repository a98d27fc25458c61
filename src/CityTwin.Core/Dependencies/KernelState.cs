using CityTwin.Core.Model;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The levels of a whole city at a tick, with everything they depend on: ceilings, charges, restart windows, timers.
/// It changes only by settling batches, each at a later tick than the one before; what falls due in between is settled
/// at its own time first. A fork is a copy into another state of the same kernel. Not for two threads at once.
/// </summary>
public sealed partial class KernelState
{
    private readonly KernelTables _tables;
    private readonly VertexTable[] _vertices;
    private readonly int[] _code;
    private readonly VertexHead[] _heads;
    private readonly int _firstLeaf;
    private readonly short[] _values;   // of each vertex: level, pass or give
    private readonly short[] _reach;    // of each slot: what its network brings it
    private readonly int[] _via;        // of each slot, the member of its network that brings it that
    private readonly short[] _passSeen; // of each slot, as its network's paths were found last
    private readonly short[] _giveSeen;
    private readonly short[] _give;     // of each slot: what a source gives, kept beside pass for the widest path
    private readonly short[] _pass;
    private readonly short[] _ceilings; // of each vertex that reads one, beside its value
    private readonly int[] _readers;    // these tables are here to be near
    private readonly int[] _ceilingVertex;
    private readonly OperatorMemory _memory;
    private SettleScratch? _scratch;
    private bool _isStale;

    /// <summary>An unused state, to copy another into.</summary>
    public KernelState(Kernel kernel, KernelLimits? limits = null)
    {
        Kernel = kernel;
        Limits = limits ?? KernelLimits.Default;
        _tables = kernel.Tables;
        _vertices = _tables.Vertices;
        _code = _tables.Code;
        _heads = _tables.Heads;
        _firstLeaf = _tables.FirstLeaf;
        _values = new short[_vertices.Length];
        _reach = new short[_tables.SlotCount];
        _via = new int[_reach.Length];
        _passSeen = new short[_reach.Length];
        _giveSeen = new short[_reach.Length];
        _give = new short[_reach.Length];
        _pass = new short[_reach.Length];
        _ceilings = new short[_vertices.Length];
        _readers = _tables.Readers;
        _ceilingVertex = _tables.CeilingVertex;
        _memory = new(_tables);
    }

    public Kernel Kernel { get; }

    public KernelLimits Limits { get; }

    /// <summary>The tick settled last.</summary>
    public long Now { get; private set; }

    /// <summary>When something changes next by itself; null = never.</summary>
    public long? NextTimer
    {
        get
        {
            Refresh();
            return _memory.Agenda.Next == Agenda.Never ? null : _memory.Agenda.Next;
        }
    }

    /// <summary>The segments whose level the last settle changed, in no promised order.</summary>
    public ReadOnlySpan<LevelChange> Changes => _scratch is null ? [] : _scratch.Changes(_values);

    /// <summary>How many rules the last settle evaluated, in both phases.</summary>
    public long Evaluations => _scratch?.Evaluations ?? 0;

    /// <summary>A new city: windows 1000, charges full, settled at <paramref name="at"/>: the greatest fixed point.</summary>
    /// <param name="ceilings">Those that are not 1000 from the first moment on: of normally-open ties.</param>
    public static KernelState Begin(Kernel kernel, long at, KernelLimits? limits = null, ReadOnlySpan<CeilingSetting> ceilings = default)
    {
        var state = new KernelState(kernel, limits);
        for (var s = 0; s < kernel.Segments.Length; s++)
        {
            state.Put(s, new(1000, 1000, OperatorRules.New(kernel.Rules[s], at)));
        }

        state.Now = at - 1;
        state.SettleEverything(at, ceilings, []);
        return state;
    }

    /// <summary>A state read out elsewhere, as it was settled at <paramref name="now"/>.</summary>
    /// <param name="segments">In the order of <see cref="Kernel.Segments"/>; memory that is missing counts as new.</param>
    public static KernelState Restore(Kernel kernel, long now, ReadOnlySpan<SegmentSnapshot> segments, KernelLimits? limits = null)
    {
        Invariant.Hold(segments.Length == kernel.Segments.Length, "A state is restored with one entry for each segment.");
        var state = new KernelState(kernel, limits) { Now = now };
        for (var s = 0; s < segments.Length; s++)
        {
            state.Put(s, segments[s]);
        }

        return state;
    }

    /// <summary>Makes this state equal to another of the same kernel; allocates nothing.</summary>
    public void CopyFrom(KernelState other)
    {
        Invariant.Hold(ReferenceEquals(Kernel, other.Kernel), "A state is copied into a state of the same kernel.");
        Array.Copy(other._values, _values, _values.Length);
        Array.Copy(other._reach, _reach, _reach.Length);
        Array.Copy(other._via, _via, _via.Length);
        Array.Copy(other._passSeen, _passSeen, _passSeen.Length);
        Array.Copy(other._giveSeen, _giveSeen, _giveSeen.Length);
        Array.Copy(other._give, _give, _give.Length);
        Array.Copy(other._pass, _pass, _pass.Length);
        Array.Copy(other._ceilings, _ceilings, _ceilings.Length);
        _memory.CopyFrom(other._memory);
        Now = other.Now;
        _isStale = other._isStale;
    }

    /// <summary>How many bytes <see cref="CopyFrom"/> copies.</summary>
    internal int Bytes => (sizeof(short) * (_values.Length + (5 * _reach.Length) + _ceilings.Length)) + (sizeof(int) * _via.Length) + _memory.Bytes;

    public int LevelOf(int segment) => _values[_tables.LevelVertex[segment]];

    public int LevelOf(SegmentId segment) => LevelOf(Kernel.IndexOf(segment));

    public int CeilingOf(int segment) => _ceilings[_ceilingVertex[segment]];

    /// <summary>What a segment's backup and restart remember; null when its rule remembers nothing.</summary>
    public OperatorState? OperatorOf(int segment) =>
        _tables.OperatorOfSegment[segment] is >= 0 and var o ? _memory.Read(o) : null;

    /// <summary>What the widest path brings a member of a network; 1000 outside networks.</summary>
    public int ReachOf(int segment)
    {
        Refresh();
        return _tables.SlotOfSegment[segment] is >= 0 and var slot ? _reach[slot] : 1000;
    }

    /// <summary>What a member of a network passes on: min(ceiling, needs, restart window); 1000 outside networks.</summary>
    public int PassOf(int segment)
    {
        Refresh();
        return _tables.PassVertex[segment] is >= 0 and var vertex ? _values[vertex] : 1000;
    }

    /// <summary>What a program over this kernel's level vertices gives.</summary>
    internal int Evaluate(ReadOnlySpan<int> code, int at) => RuleProgram.Evaluate(code, _values, ref at);

    public SegmentSnapshot Read(int segment) => new(CeilingOf(segment), LevelOf(segment), OperatorOf(segment));

    /// <summary>Folds a decided batch: what it left behind in these segments. Everything else stays.</summary>
    public void Fold(long now, ReadOnlySpan<(int Segment, SegmentSnapshot Settled)> settled)
    {
        foreach (var (segment, snapshot) in settled)
        {
            Put(segment, snapshot);
        }

        Now = now;
    }

    private void Put(int segment, SegmentSnapshot snapshot)
    {
        _values[_tables.LevelVertex[segment]] = (short)snapshot.LevelPermille;
        _ceilings[_ceilingVertex[segment]] = (short)snapshot.CeilingPermille;
        if (_tables.OperatorOfSegment[segment] is >= 0 and var o)
        {
            _memory.Write(o, snapshot.Operator ?? OperatorRules.New(Kernel.Rules[segment], Now)!);
        }

        _isStale = true;
    }

    /// <summary>Recomputes what follows from the facts after they were put in from outside.</summary>
    private void Refresh()
    {
        if (!_isStale)
        {
            return;
        }

        _isStale = false;
        for (var o = 0; o < _tables.Operators.Length; o++)
        {
            _memory.Derive(o, Now);
        }

        for (var v = 0; v < _vertices.Length; v++)
        {
            if (_vertices[v].Kind is VertexKind.Pass or VertexKind.Give)
            {
                SetExact(v, (short)Exact(v, Now));
            }
        }

        _pass.CopyTo(_passSeen, 0);
        _give.CopyTo(_giveSeen, 0);
        foreach (var network in _tables.Networks)
        {
            var (first, count) = (network.FirstSlot, network.Shape.MemberCount);
            network.Shape.Reach(
                _pass.AsSpan(first, count), _give.AsSpan(first, count), _reach.AsSpan(first, count), _via.AsSpan(first, count), Scratch.Paths.Queue);
        }
    }
}

/// <summary>A segment's level before and after a settle.</summary>
public readonly record struct LevelChange(int Segment, short BeforePermille, short AfterPermille);

/// <summary>A segment's new ceiling: the least of all its causes.</summary>
public readonly record struct CeilingSetting(int Segment, int CeilingPermille);

/// <summary>Everything a kernel state keeps of one segment.</summary>
public readonly record struct SegmentSnapshot(int CeilingPermille, int LevelPermille, OperatorState? Operator);
