using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The <see cref="OperatorState"/> of every backup and restart of a kernel state, in arrays. A window of one step, which
/// is nearly every window, lies in two numbers, so that a failure that only lowers levels allocates nothing.
/// </summary>
internal sealed class OperatorMemory
{
    private readonly KernelTables _tables;
    private readonly long[] _at;
    private readonly short[] _backupInput;
    private readonly long[] _charge;
    private readonly long[] _chargedFrom;
    private readonly long[] _emptyAt;
    private readonly long[] _since;
    private readonly short[] _newest;
    private readonly short[] _floor;
    private readonly ImmutableArray<WindowStep>[] _steps; // default = the one step (_since, _newest), or none at 1000

    public OperatorMemory(KernelTables tables)
    {
        _tables = tables;
        var count = tables.OperatorSegment.Length;
        (_at, _charge, _chargedFrom, _emptyAt, _since) = (new long[count], new long[count], new long[count], new long[count], new long[count]);
        (_backupInput, _newest, _floor) = (new short[count], new short[count], new short[count]);
        _steps = new ImmutableArray<WindowStep>[count];
        Agenda = new(count);
    }

    public Agenda Agenda { get; }

    public void CopyFrom(OperatorMemory other)
    {
        Array.Copy(other._at, _at, _at.Length);
        Array.Copy(other._backupInput, _backupInput, _at.Length);
        Array.Copy(other._charge, _charge, _at.Length);
        Array.Copy(other._chargedFrom, _chargedFrom, _at.Length);
        Array.Copy(other._emptyAt, _emptyAt, _at.Length);
        Array.Copy(other._since, _since, _at.Length);
        Array.Copy(other._newest, _newest, _at.Length);
        Array.Copy(other._floor, _floor, _at.Length);
        Array.Copy(other._steps, _steps, _at.Length);
        Agenda.CopyFrom(other.Agenda);
    }

    /// <summary>What the window lets through in the phase being settled.</summary>
    public int Floor(int o) => _floor[o];

    public bool IsCharged(int o, long at) => _chargedFrom[o] <= at && at < _emptyAt[o];

    public bool EmptiesAt(int o, long at) => _emptyAt[o] == at && Rule(o).Backup is not null;

    /// <summary>Clears the window: the segment is started at this tick.</summary>
    public void Forget(int o, long at)
    {
        if (_newest[o] == 1000 && _steps[o].IsDefault)
        {
            return;
        }

        Stamp(o, at);
        _steps[o] = default;
        _newest[o] = 1000;
        _floor[o] = 1000;
    }

    /// <summary>Moves the window on to a tick; true when it now lets more through.</summary>
    public bool Release(int o, long at)
    {
        var before = _floor[o];
        _floor[o] = FloorAt(o, at);
        return _floor[o] > before;
    }

    /// <summary>Takes what was settled at a tick.</summary>
    public void Remember(int o, long at, int backupInput, int restartInput)
    {
        var pushed = Push(o, at, restartInput);
        if (pushed || backupInput != _backupInput[o])
        {
            Stamp(o, at);
            _backupInput[o] = (short)backupInput;
        }

        Derive(o, at);
    }

    /// <summary>Recomputes what follows from the remembered facts, as of a settled tick: floor, charge times, agenda.</summary>
    public void Derive(int o, long at)
    {
        var rule = Rule(o);
        (_chargedFrom[o], _emptyAt[o]) = rule.Backup is { } backup ? ChargedBetween(backup, o) : (long.MaxValue, long.MaxValue);
        _floor[o] = FloorAt(o, at);
        var release = _steps[o].IsDefault ? null : RestartRules.NextRelease(_steps[o], rule.RestartLagTicks!.Value, at);
        var empties = _emptyAt[o] > at ? _emptyAt[o] : Agenda.Never;
        Agenda.Set(o, Math.Min(empties, release ?? Agenda.Never));
    }

    public OperatorState Read(int o) => new(_at[o], _backupInput[o], _charge[o], WindowOf(o));

    public void Write(int o, OperatorState state)
    {
        _at[o] = state.At;
        _backupInput[o] = (short)state.BackupInputPermille;
        _charge[o] = state.Charge;
        Keep(o, state.Window);
    }

    /// <summary>Brings the charge up to a tick. When it empties stays as it was until the next <see cref="Derive"/>.</summary>
    private void Stamp(int o, long at)
    {
        if (Rule(o).Backup is { } backup)
        {
            _charge[o] = BackupRules.Elapse(backup, _charge[o], _backupInput[o], at - _at[o]);
        }

        _at[o] = at;
    }

    private SegmentRule Rule(int o) => _tables.Rules[_tables.OperatorSegment[o]];

    private short FloorAt(int o, long at) => _steps[o].IsDefault
        ? _newest[o]
        : (short)RestartRules.Least(_steps[o], Rule(o).RestartLagTicks!.Value, at);

    private (long From, long Until) ChargedBetween(Backup backup, int o)
    {
        if (BackupRules.TicksUntilEmpty(backup, _charge[o], _backupInput[o]) is { } ticks)
        {
            return (long.MinValue, _at[o] + ticks);
        }

        // At an input of at least the cover an empty one holds something from the next tick on, if it recharges at all.
        var from = _charge[o] > 0 ? long.MinValue : BackupRules.RisePerTick(backup) > 0 ? _at[o] + 1 : long.MaxValue;
        return (from, long.MaxValue);
    }

    private bool Push(int o, long at, int input)
    {
        if (Rule(o).RestartLagTicks is not { } lag || input == _newest[o])
        {
            return false;
        }

        // Lower than the only step: it takes its place, and no array is needed.
        if (_steps[o].IsDefault && input < _newest[o])
        {
            _since[o] = _newest[o] == 1000 ? at : _since[o];
            _newest[o] = (short)input;
            return true;
        }

        Keep(o, RestartRules.Push(WindowOf(o), lag, at, input));
        return true;
    }

    private ImmutableArray<WindowStep> WindowOf(int o) => !_steps[o].IsDefault ? _steps[o]
        : _newest[o] == 1000 ? RestartRules.Empty
        : [new(_since[o], _newest[o])];

    private void Keep(int o, ImmutableArray<WindowStep> window)
    {
        _steps[o] = window.Length > 1 ? window : default;
        _newest[o] = (short)RestartRules.Newest(window);
        _since[o] = window.Length == 1 ? window[0].Since : 0;
    }
}
