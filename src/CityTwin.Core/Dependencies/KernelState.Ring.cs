namespace CityTwin.Core.Dependencies;

/// <summary>How a ring comes to rest.</summary>
public sealed partial class KernelState
{
    /// <returns>The place behind the ring.</returns>
    private int SettleRing(SettleScratch scratch, int vertex, long at, bool isDown)
    {
        var ring = _tables.Rings[_vertices[vertex].Ring];
        if (ring.IsChoice)
        {
            SettleChoiceRing(scratch, vertex, ring.End, isDown);
        }
        else
        {
            SweepRing(scratch, ring, at, isDown);
        }

        return ring.End;
    }

    /// <summary>Sweeps around a ring again and again until it rests.</summary>
    private void SweepRing(SettleScratch scratch, RingTable ring, long at, bool isDown)
    {
        var rounds = 0;
        for (var first = scratch.NextFrom(ring.First); first < ring.End; first = scratch.NextFrom(ring.First))
        {
            if (rounds++ > Limits.RoundsMax)
            {
                throw new KernelLimitException(nameof(KernelLimits.RoundsMax), Limits.RoundsMax, $"around '{NameOf(first)}' at tick {at}");
            }

            for (var vertex = first; vertex < ring.End; vertex = scratch.NextFrom(vertex + 1))
            {
                scratch.Take(vertex);
                Evaluate(scratch, vertex, at, isDown);
            }
        }
    }

    /// <summary>
    /// Settles the scheduled vertices of a ring in which everybody only chooses among levels, in the order of the levels
    /// they come to: down the lowest first, up the highest first. As in Dijkstra's search, whoever is next cannot be
    /// moved further by anybody behind, so each moves once; sweeping around the ring moves each several times. Nothing
    /// rests on that order but speed: whoever is woken is asked, in whatever order, and only moves the phase's way.
    /// </summary>
    private void SettleChoiceRing(SettleScratch scratch, int first, int end, bool isDown)
    {
        var queue = scratch.Widest.For(_values.Length);
        for (var vertex = first; vertex < end; vertex = scratch.NextFrom(vertex + 1))
        {
            scratch.Take(vertex);
            scratch.Evaluations++;
            Offer(queue, vertex, Choose(vertex), isDown);
        }

        while (queue.TryTakeWidest(out var vertex))
        {
            // Asked again: somebody else may have moved it, or its suppliers, since it was put there.
            scratch.Evaluations++;
            MoveInRing(scratch, vertex, Choose(vertex), isDown);
            while (scratch.Moved.TryPop(out var moved))
            {
                WakeInRing(scratch, moved.Vertex, moved.Before, end, isDown);
            }
        }
    }

    private void WakeInRing(SettleScratch scratch, int vertex, short before, int end, bool isDown)
    {
        unchecked
        {
            var (queue, values, after) = (scratch.Widest, _values, _values[vertex]);
            var (from, width) = isDown ? (after + 1, (uint)(before - after)) : (before, (uint)(after - before));
            foreach (var marked in ReadersOf(vertex))
            {
                var reader = KernelTables.VertexOf(marked);
                if (reader >= end)
                {
                    scratch.ScheduleIf(reader, marked < 0 || (uint)(values[reader] - from) < width ? 1u : 0u);
                }
                else if ((uint)(values[reader] - from) < width)
                {
                    scratch.Evaluations++;
                    var level = Choose(reader);
                    if (level == after)
                    {
                        MoveInRing(scratch, reader, level, isDown);
                    }
                    else
                    {
                        Offer(queue, reader, level, isDown);
                    }
                }
            }
        }
    }

    private void MoveInRing(SettleScratch scratch, int vertex, short level, bool isDown)
    {
        var held = _values[vertex];
        if (isDown ? level < held : level > held)
        {
            scratch.KeepBefore(vertex, held);
            _values[vertex] = level;
            scratch.Moved.Push((vertex, held));
        }
    }

    private void Offer(LevelQueue queue, int vertex, short level, bool isDown)
    {
        if (isDown ? level < _values[vertex] : level > _values[vertex])
        {
            queue.Raise(vertex, isDown ? 1000 - level : level);
        }
    }

    private short Choose(int vertex)
    {
        ref readonly var head = ref _heads[vertex];
        return head.Form == VertexForm.Programs
            ? (short)Math.Min(Math.Min(Program(head.A), Program(head.B)), _ceilings[vertex])
            : head.Choose(_values, _ceilings[vertex]);
    }
}
