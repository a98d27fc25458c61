namespace CityTwin.Core.Dependencies;

/// <summary>How one vertex is evaluated, and whom it wakes.</summary>
public sealed partial class KernelState
{
    /// <summary>The vertex's value from its suppliers, before it is held against the phase's bound.</summary>
    private int Exact(int vertex, long at)
    {
        ref readonly var table = ref _vertices[vertex];
        switch (table.Kind)
        {
            case VertexKind.Member:
                return Math.Min(_pass[table.Slot], _reach[table.Slot]);
            case VertexKind.Give:
                return Given(in table, at);
            case VertexKind.Pass:
                return Math.Min(Program(table.Needs), Held(in table));
            default:
                return Math.Min(Math.Min(Program(table.Needs), Given(in table, at)), Held(in table));
        }
    }

    private int Given(in VertexTable table, long at)
    {
        var supply = Program(table.Supply);
        return table.Operator >= 0 && Kernel.Rules[table.Owner].Backup is { } backup
            ? BackupRules.Output(backup, supply, _memory.IsCharged(table.Operator, at))
            : supply;
    }

    /// <summary>The least of ceiling and window.</summary>
    private int Held(in VertexTable table) => table.Operator >= 0
        ? Math.Min(_ceilings[table.Owner], _memory.Floor(table.Operator))
        : _ceilings[table.Owner];

    private int Program(int at) => at < 0 ? 1000 : RuleProgram.Evaluate(_code, _values, ref at);

    private void SetExact(int vertex, short value)
    {
        ref readonly var table = ref _vertices[vertex];
        _values[vertex] = value;
        (table.Kind == VertexKind.Pass ? _pass : _give)[table.Slot] = value;
    }

    /// <summary>
    /// Wakes who reads a vertex. A rule that only chooses among its levels changes only when a supplier crosses the
    /// value it has: falling from at least that value to below it, or rising from at most it to above.
    /// </summary>
    private void ScheduleReaders(int vertex, short before, short after)
    {
        var (low, high) = before < after ? (before, after) : (after, before);
        var rises = before < after;
        foreach (var reader in ReadersOf(vertex))
        {
            ref readonly var table = ref _vertices[reader];
            if (table.IsChoice && table.Kind != VertexKind.Member)
            {
                var value = _values[reader];
                if (rises ? value < low || value >= high : value <= low || value > high)
                {
                    continue;
                }
            }

            Scratch.Schedule(reader);
        }
    }

    private ReadOnlySpan<int> ReadersOf(int vertex) => _vertices[vertex].Kind == VertexKind.Network
        ? []
        : _tables.Dependents.AsSpan(_tables.DependentStart[vertex].._tables.DependentStart[vertex + 1]);

    /// <summary>Both phases look at it: after a start it may be too high for the first and too low for the second.</summary>
    private void ScheduleBoth(int vertex)
    {
        Scratch.Schedule(vertex);
        Scratch.UpSeeds.Add(vertex);
    }

    private void ScheduleEverything()
    {
        for (var v = 0; v < _vertices.Length; v++)
        {
            Scratch.Schedule(v);
        }
    }

    private void TouchOperator(int vertex)
    {
        if (_vertices[vertex].Operator is >= 0 and var o)
        {
            Scratch.Touch(o);
        }
    }

    /// <summary>The vertex that reads the segment's ceiling, needs and window.</summary>
    private int CeilingVertex(int segment) => _tables.PassVertex[segment] is >= 0 and var pass ? pass : _tables.LevelVertex[segment];

    /// <summary>The vertex that reads the segment's own supply.</summary>
    private int InputVertex(int segment) => _tables.GiveVertex[segment] is >= 0 and var give ? give : _tables.LevelVertex[segment];

    private string NameOf(int vertex) => _vertices[vertex].Kind == VertexKind.Network
        ? Kernel.Rules[_tables.SlotOfSegment.AsSpan().IndexOf(_tables.Networks[_vertices[vertex].Owner].FirstSlot)].Membership!.Network.Value
        : Kernel.Segments[_vertices[vertex].Owner].Value;
}
