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
                return Math.Min(Program(table.Needs), Held(vertex, table.Operator));
            default:
                return Math.Min(Math.Min(Program(table.Needs), Given(in table, at)), Held(vertex, table.Operator));
        }
    }

    private int Given(in VertexTable table, long at)
    {
        var supply = Program(table.Supply);
        return table.Operator >= 0 && _tables.Operators[table.Operator].HasBackup && _memory.IsCharged(table.Operator, at)
            ? Math.Max(supply, _tables.Operators[table.Operator].Scale.CoverPermille)
            : supply;
    }

    /// <summary>The least of ceiling and window.</summary>
    private int Held(int vertex, int operatorIndex) => operatorIndex >= 0
        ? Math.Min(_ceilings[vertex], _memory.Floor(operatorIndex))
        : _ceilings[vertex];

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
    private void ScheduleReaders(SettleScratch scratch, int vertex, short before, short after)
    {
        var values = _values;
        var readers = _readers.AsSpan(_tables.DependentStart[vertex].._tables.DependentStart[vertex + 1]);
        if (after < before)
        {
            foreach (var reader in readers)
            {
                if (reader < 0)
                {
                    scratch.Schedule(~reader);
                }
                else if (values[reader] > after && values[reader] <= before)
                {
                    scratch.Schedule(reader);
                }
            }
        }
        else
        {
            foreach (var reader in readers)
            {
                if (reader < 0)
                {
                    scratch.Schedule(~reader);
                }
                else if (values[reader] >= before && values[reader] < after)
                {
                    scratch.Schedule(reader);
                }
            }
        }
    }

    /// <summary>Who reads a vertex, each marked by <see cref="KernelTables.Mark"/>.</summary>
    private ReadOnlySpan<int> ReadersOf(int vertex) => _tables.Dependents.AsSpan(_tables.DependentStart[vertex].._tables.DependentStart[vertex + 1]);

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
