using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The <see cref="OperatorState"/> of every backup and restart of a kernel state, in arrays. A window of one step, which
/// is nearly every window, lies in two numbers, so that a failure that only lowers levels allocates nothing.
/// </summary>
internal sealed class OperatorMemory
{
    private readonly OperatorTable[] _rules;
    private readonly long[] _at;
    private readonly short[] _backupInput;
    private readonly long[] _charge;
    private readonly long[] _chargedFrom;
    private readonly long[] _emptyAt;
    private readonly long[] _since;
    private readonly short[] _newest;
    private readonly short[] _floor;
    private int _longWindows; // how many windows have steps: a copy that finds none need not move references
    private readonly ImmutableArray<WindowStep>[] _steps; // default = the one step (_since, _newest), or none at 1000

    public OperatorMemory(KernelTables tables)
    {
        _rules = tables.Operators;
        var count = _rules.Length;
        (_at, _charge, _chargedFrom, _emptyAt, _since) = (new long[count], new long[count], new long[count], new long[count], new long[count]);
        (_backupInput, _newest, _floor) = (new short[count], new short[count], new short[count]);
        _steps = new ImmutableArray<WindowStep>[count];
        Agenda = new(count);
    }

    public Agenda Agenda { get; }

    /// <summary>How many bytes <see cref="CopyFrom"/> copies; nothing but memory moves.</summary>
    public int Bytes => _at.Length * ((5 * sizeof(long)) + (3 * sizeof(short)) + IntPtr.Size + Agenda.BytesPerOperator);

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
        if (_longWindows + other._longWindows > 0)
        {
            Array.Copy(other._steps, _steps, _at.Length);
            _longWindows = other._longWindows;
        }

        Agenda.CopyFrom(other.Agenda);
    }

    /// <summary>What the window lets through in the phase being settled.</summary>
    public int Floor(int o) => _floor[o];

    public bool IsCharged(int o, long at) => _chargedFrom[o] <= at && at < _emptyAt[o];

    public bool EmptiesAt(int o, long at) => _emptyAt[o] == at && _rules[o].HasBackup;

    /// <summary>Clears the window: the segment is started at this tick.</summary>
    public void Forget(int o, long at)
    {
        if (_newest[o] == 1000 && _steps[o].IsDefault)
        {
            return;
        }

        Stamp(o, at);
        SetSteps(o, default);
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
        ref readonly var rule = ref _rules[o];
        (_chargedFrom[o], _emptyAt[o]) = rule.HasBackup ? ChargedBetween(rule.Scale, o) : (long.MaxValue, long.MaxValue);
        _floor[o] = FloorAt(o, at);
        var release = _steps[o].IsDefault ? null : RestartRules.NextRelease(_steps[o], rule.LagTicks, at);
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
        if (_rules[o].HasBackup)
        {
            _charge[o] = _rules[o].Scale.Elapse(_charge[o], _backupInput[o], at - _at[o]);
        }

        _at[o] = at;
    }

    private short FloorAt(int o, long at) => _steps[o].IsDefault
        ? _newest[o]
        : (short)RestartRules.Least(_steps[o], _rules[o].LagTicks, at);

    private (long From, long Until) ChargedBetween(BackupScale scale, int o)
    {
        if (scale.TicksUntilEmpty(_charge[o], _backupInput[o]) is { } ticks)
        {
            return (long.MinValue, _at[o] + ticks);
        }

        // At an input of at least the cover an empty one holds something from the next tick on, if it recharges at all.
        var from = _charge[o] > 0 ? long.MinValue : scale.RisePerTick > 0 ? _at[o] + 1 : long.MaxValue;
        return (from, long.MaxValue);
    }

    private bool Push(int o, long at, int input)
    {
        if (!_rules[o].HasLag || input == _newest[o])
        {
            return false;
        }

        // Not above any step: it takes the place of all, as RestartRules.Push would say, and no array is needed.
        if (_steps[o].IsDefault ? input < _newest[o] : input <= _steps[o][0].InputPermille)
        {
            _since[o] = !_steps[o].IsDefault ? _steps[o][0].Since : _newest[o] == 1000 ? at : _since[o];
            _newest[o] = (short)input;
            SetSteps(o, default);
            return true;
        }

        Keep(o, RestartRules.Push(WindowOf(o), _rules[o].LagTicks, at, input));
        return true;
    }

    private ImmutableArray<WindowStep> WindowOf(int o) => !_steps[o].IsDefault ? _steps[o]
        : _newest[o] == 1000 ? RestartRules.Empty
        : [new(_since[o], _newest[o])];

    private void Keep(int o, ImmutableArray<WindowStep> window)
    {
        SetSteps(o, window.Length > 1 ? window : default);
        _newest[o] = (short)RestartRules.Newest(window);
        _since[o] = window.Length == 1 ? window[0].Since : 0;
    }

    private void SetSteps(int o, ImmutableArray<WindowStep> steps)
    {
        _longWindows += (steps.IsDefault ? 0 : 1) - (_steps[o].IsDefault ? 0 : 1);
        _steps[o] = steps;
    }
}
