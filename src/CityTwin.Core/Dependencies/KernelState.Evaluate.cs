using System.Runtime.CompilerServices;

namespace CityTwin.Core.Dependencies;

/// <summary>How one vertex is evaluated, and whom it wakes.</summary>
public sealed partial class KernelState
{
    /// <summary>The value of a member's vertex from its suppliers, before it is held against the phase's bound.</summary>
    private int Exact(int vertex, long at)
    {
        ref readonly var table = ref _vertices[vertex];
        switch (table.Kind)
        {
            case VertexKind.Member:
                return Math.Min(_pass[table.Slot], _reach[table.Slot]);
            case VertexKind.Give:
                return Given(table.Supply, table.Operator, at);
            default:
                return Math.Min(Program(table.Needs), Held(vertex, table.Operator));
        }
    }

    private int Given(int program, int operatorIndex, long at)
    {
        var supply = Program(program);
        return operatorIndex >= 0 ? Math.Max(supply, _memory.Cover(operatorIndex, at)) : supply;
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
    /// value it has: falling from at least that value to below it, or rising from at most it to above. Both are one
    /// comparison, and whether it holds goes into the worklist as a number: as a branch it would be guessed wrong often.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScheduleReaders(SettleScratch scratch, int vertex, short before, short after)
    {
        unchecked
        {
            var (first, width) = after < before ? (after + 1, (uint)(before - after)) : (before, (uint)(after - before));
            var values = _values;
            foreach (var marked in ReadersOf(vertex))
            {
                var isAlways = marked >> 31;
                var reader = marked ^ isAlways;
                var isWoken = (uint)-isAlways | ((uint)(values[reader] - first) < width ? 1u : 0u);
                scratch.ScheduleIf(reader, isWoken);
            }
        }
    }

    /// <summary>Who reads a vertex, each marked by <see cref="KernelTables.Mark"/>.</summary>
    private ReadOnlySpan<int> ReadersOf(int vertex) => _readers.AsSpan(_heads[vertex].Readers.._heads[vertex + 1].Readers);

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

    /// <summary>The vertex that reads the segment's own supply.</summary>
    private int InputVertex(int segment) => _tables.GiveVertex[segment] is >= 0 and var give ? give : _tables.LevelVertex[segment];

    private string NameOf(int vertex) => _vertices[vertex].Kind == VertexKind.Network
        ? Kernel.Rules[_tables.SlotOfSegment.AsSpan().IndexOf(_tables.Networks[_vertices[vertex].Owner].FirstSlot)].Membership!.Network.Value
        : Kernel.Segments[_vertices[vertex].Owner].Value;
}
