using System.Runtime.CompilerServices;

namespace CityTwin.Core.Dependencies;

/// <summary>How a batch is settled.</summary>
public sealed partial class KernelState
{
    private SettleScratch Scratch => _scratch ??= new(_tables);

    /// <summary>Settles one batch, after everything that falls due before it.</summary>
    /// <param name="at">Later than <see cref="Now"/>.</param>
    /// <param name="ceilings">Each segment at most once.</param>
    /// <param name="starts">Segments to start. In the batch of the repair they come too early: give them a batch of their own, one tick later.</param>
    /// <exception cref="KernelLimitException">Too many rounds or timers.</exception>
    public void Settle(long at, ReadOnlySpan<CeilingSetting> ceilings, ReadOnlySpan<int> starts)
    {
        Advance(at - 1);
        SettleOnce(at, ceilings, starts, everything: false);
    }

    /// <summary>Settles one batch and evaluates every rule: for a new city, or after the definition changed.</summary>
    public void SettleEverything(long at, ReadOnlySpan<CeilingSetting> ceilings, ReadOnlySpan<int> starts)
    {
        Advance(at - 1);
        SettleOnce(at, ceilings, starts, everything: true);
    }

    /// <summary>Settles everything that falls due up to and including a tick, each at its own time.</summary>
    public void Advance(long to)
    {
        for (var timers = 0; AdvanceOne(to); timers++)
        {
            if (timers == Limits.TimersMax)
            {
                throw new KernelLimitException(nameof(KernelLimits.TimersMax), Limits.TimersMax, $"at tick {Now}");
            }
        }
    }

    /// <summary>Settles the next instant that falls due by itself, if it is not after a tick; false when there is none.</summary>
    public bool AdvanceOne(long to)
    {
        Refresh();
        var due = _memory.Agenda.Next;
        if (due == Agenda.Never || due > to)
        {
            return false;
        }

        SettleOnce(due, [], [], everything: false);
        return true;
    }

    private void SettleOnce(long at, ReadOnlySpan<CeilingSetting> ceilings, ReadOnlySpan<int> starts, bool everything)
    {
        Invariant.Hold(at > Now, "Every batch has a tick of its own, later than the last.");
        Refresh();
        var scratch = Scratch;
        scratch.Begin();
        TakeDue(at);
        Start(at, starts);
        var isRising = Lower(ceilings);
        if (everything)
        {
            ScheduleEverything();
        }

        Sweep(at, isDown: true);

        // The barrier: only when nothing can fall any more may anything rise (break before make).
        if (isRising)
        {
            Raise(ceilings);
        }

        Release(at);
        if (everything)
        {
            ScheduleEverything();
        }

        foreach (var vertex in scratch.UpSeeds)
        {
            scratch.Schedule(vertex);
        }

        Sweep(at, isDown: false);
        Now = at;
        RememberTouched(at);
        scratch.Finish();
    }

    /// <summary>Batteries that are empty now fall in the down phase; windows that are released wait for the barrier.</summary>
    private void TakeDue(long at)
    {
        while (_memory.Agenda.Next <= at)
        {
            var o = _memory.Agenda.TakeNext();
            Scratch.Due.Add(o);
            Scratch.Touch(o);
            if (_memory.EmptiesAt(o, at))
            {
                Scratch.Schedule(InputVertex(_tables.Operators[o].Segment));
            }
        }
    }

    /// <summary>
    /// Lifts the started to 1000 before anything falls. What networks carry is not held by former levels, so it is
    /// brought up to date here: the down phase must begin above its solution everywhere.
    /// </summary>
    private void Start(long at, ReadOnlySpan<int> starts)
    {
        foreach (var segment in starts)
        {
            var vertex = _tables.LevelVertex[segment];
            Scratch.KeepBefore(vertex, _values[vertex]);
            _values[vertex] = 1000;
            ScheduleBoth(vertex);
            if (_tables.OperatorOfSegment[segment] is >= 0 and var o)
            {
                Scratch.Touch(o);
                if (_tables.Operators[o].HasLag)
                {
                    _memory.Forget(o, at);
                }
            }
        }

        foreach (var segment in starts)
        {
            if (_tables.PassVertex[segment] is >= 0 and var pass)
            {
                LiftToExact(pass, at);
            }

            foreach (var marked in ReadersOf(_tables.LevelVertex[segment]))
            {
                var reader = KernelTables.VertexOf(marked);
                if (_vertices[reader].Kind == VertexKind.Plain)
                {
                    ScheduleBoth(reader);
                }
                else
                {
                    LiftToExact(reader, at);
                }
            }
        }
    }

    private void LiftToExact(int vertex, long at)
    {
        SetExact(vertex, (short)Exact(vertex, at));
        TouchOperator(vertex);
        ScheduleBoth(vertex);
        ScheduleBoth(_tables.LevelVertex[_vertices[vertex].Owner]);
        var network = _tables.Networks[_vertices[vertex].Network];
        ScheduleBoth(network.Vertex);
        EvaluateNetwork(network, alsoUp: true);
    }

    /// <returns>True when some of them are to be raised.</returns>
    private bool Lower(ReadOnlySpan<CeilingSetting> ceilings)
    {
        var isRising = false;
        foreach (var (segment, ceiling) in ceilings)
        {
            var vertex = _ceilingVertex[segment];
            if (ceiling < _ceilings[vertex])
            {
                _ceilings[vertex] = (short)ceiling;
                Scratch.Schedule(vertex);
            }

            isRising |= ceiling > _ceilings[vertex];
        }

        return isRising;
    }

    private void Raise(ReadOnlySpan<CeilingSetting> ceilings)
    {
        foreach (var (segment, ceiling) in ceilings)
        {
            var vertex = _ceilingVertex[segment];
            if (ceiling > _ceilings[vertex])
            {
                _ceilings[vertex] = (short)ceiling;
                Scratch.Schedule(vertex);
            }
        }
    }

    private void Release(long at)
    {
        foreach (var o in Scratch.Due)
        {
            if (_memory.Release(o, at))
            {
                Scratch.Schedule(_ceilingVertex[_tables.Operators[o].Segment]);
            }
        }
    }

    /// <summary>
    /// Evaluates what is scheduled, suppliers first. A ring comes to rest before anything behind it is looked at.
    /// </summary>
    private void Sweep(long at, bool isDown)
    {
        var scratch = Scratch;
        var vertex = scratch.NextFrom(scratch.First);
        while (vertex < _firstLeaf)
        {
            if (_heads[vertex].IsInRing)
            {
                vertex = SettleRing(scratch, vertex, at, isDown);
            }
            else
            {
                scratch.Take(vertex);
                Evaluate(scratch, vertex, at, isDown);
                vertex++;
            }

            vertex = scratch.NextFrom(vertex);
        }

        for (; vertex != SettleScratch.None; vertex = scratch.NextFrom(vertex + 1))
        {
            scratch.Take(vertex);
            EvaluateLeaf(scratch, vertex, at, isDown);
        }

        scratch.First = SettleScratch.None;
    }

    /// <summary>
    /// Nobody reads a leaf, so nothing waits for its value; here a branch on whether it moves would cost most, for it is
    /// guessed wrong half the time. Elsewhere that guess lets the next vertex begin early.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EvaluateLeaf(SettleScratch scratch, int vertex, long at, bool isDown)
    {
        ref readonly var head = ref _heads[vertex];
        if (!head.IsChoice)
        {
            Evaluate(scratch, vertex, at, isDown);
            return;
        }

        unchecked
        {
            scratch.Evaluations++;
            var held = _values[vertex];
            var difference = head.Choose(_values, _ceilings[vertex]) - held;
            var isMoved = (isDown ? difference : -difference) >> 31; // all bits, or none
            scratch.KeepBefore(vertex, held, isMoved);
            _values[vertex] = (short)(held + (difference & isMoved));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Evaluate(SettleScratch scratch, int vertex, long at, bool isDown)
    {
        scratch.Evaluations++;
        ref readonly var head = ref _heads[vertex];
        if (head.IsChoice)
        {
            Move(scratch, vertex, head.Choose(_values, _ceilings[vertex]), isDown);
        }
        else
        {
            EvaluateOther(scratch, in head, vertex, at, isDown);
        }
    }

    private void EvaluateOther(SettleScratch scratch, in VertexHead head, int vertex, long at, bool isDown)
    {
        if (head.Form == VertexForm.Networked)
        {
            EvaluateNetworked(scratch, vertex, at, isDown);
            return;
        }

        var (supply, needs) = (Program(head.A), Program(head.B));
        var input = Math.Min(supply, needs);
        if (head.C >= 0)
        {
            scratch.Touch(head.C);
            input = _memory.Through(head.C, at, supply, needs);
        }

        Move(scratch, vertex, (short)Math.Min(input, _ceilings[vertex]), isDown);
    }

    private void EvaluateNetworked(SettleScratch scratch, int vertex, long at, bool isDown)
    {
        ref readonly var table = ref _vertices[vertex];
        if (table.Operator >= 0)
        {
            scratch.Touch(table.Operator);
        }

        switch (table.Kind)
        {
            case VertexKind.Network:
                EvaluateNetwork(_tables.Networks[table.Owner], alsoUp: false);
                break;
            case VertexKind.Pass or VertexKind.Give:
                var exact = (short)Exact(vertex, at);
                var before = _values[vertex];
                if (exact != before)
                {
                    SetExact(vertex, exact);
                    ScheduleReaders(scratch, vertex, before, exact);
                }

                break;
            default:
                Move(scratch, vertex, (short)Exact(vertex, at), isDown);
                break;
        }
    }

    /// <summary>Holds what a level's rule gives against the phase: down it only falls, up it only rises.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Move(SettleScratch scratch, int vertex, short level, bool isDown)
    {
        var held = _values[vertex];
        if (isDown ? level < held : level > held)
        {
            scratch.KeepBefore(vertex, held);
            _values[vertex] = level;
            ScheduleReaders(scratch, vertex, held, level);
        }
    }

    private void EvaluateNetwork(NetworkTable network, bool alsoUp)
    {
        var (first, count) = (network.FirstSlot, network.Shape.MemberCount);
        var paths = new NetworkPaths(
            _reach.AsSpan(first, count), _via.AsSpan(first, count), _passSeen.AsSpan(first, count), _giveSeen.AsSpan(first, count));
        network.Shape.Update(_pass.AsSpan(first, count), _give.AsSpan(first, count), paths, Scratch.Paths);
        foreach (var (member, before) in Scratch.Paths.Moved)
        {
            if (paths.Reach[member] != before)
            {
                Scratch.Schedule(network.MemberVertex[member]);
                if (alsoUp)
                {
                    Scratch.UpSeeds.Add(network.MemberVertex[member]);
                }
            }
        }
    }

    private void RememberTouched(long at)
    {
        foreach (var o in Scratch.Touched)
        {
            ref readonly var table = ref _tables.Operators[o];
            if (table.Pass < 0)
            {
                _memory.RememberInputs(o, at);
                continue;
            }

            var restartInput = table.HasLag ? Math.Min(_reach[table.Slot], Program(table.Needs)) : 1000;
            _memory.Remember(o, at, Program(table.Supply), restartInput);

            // What passes through a member from the next tick on; it carries no more than has reached it by now, so
            // nobody's reach changes by this.
            SetExact(table.Pass, (short)Exact(table.Pass, at));
        }
    }
}
