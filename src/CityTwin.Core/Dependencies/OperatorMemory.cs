using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The <see cref="OperatorState"/> of every backup and restart of a kernel state, in arrays. A window of one step, which
/// is nearly every window, lies in two numbers, so that a failure that only lowers levels allocates nothing.
/// </summary>
internal sealed class OperatorMemory
{
    private readonly OperatorTable[] _rules;
    private readonly OperatorCell[] _cells;
    private int _longWindows; // how many windows have steps: a copy that finds none need not move references
    private readonly ImmutableArray<WindowStep>[] _steps; // default = the one step in the cell, or none at 1000

    public OperatorMemory(KernelTables tables)
    {
        _rules = tables.Operators;
        var count = _rules.Length;
        _cells = new OperatorCell[count];
        _steps = new ImmutableArray<WindowStep>[count];
        Agenda = new(count);
    }

    public Agenda Agenda { get; }

    /// <summary>How many bytes <see cref="CopyFrom"/> copies; nothing but memory moves.</summary>
    public int Bytes => _cells.Length * (Unsafe.SizeOf<OperatorCell>() + Agenda.BytesPerOperator);

    public void CopyFrom(OperatorMemory other)
    {
        Array.Copy(other._cells, _cells, _cells.Length);
        if (_longWindows + other._longWindows > 0)
        {
            Array.Copy(other._steps, _steps, _steps.Length);
            _longWindows = other._longWindows;
        }

        Agenda.CopyFrom(other.Agenda);
    }

    /// <summary>What the window lets through in the phase being settled.</summary>
    public int Floor(int o) => _cells[o].Floor;

    /// <summary>What the backup gives at a tick: its cover while it is charged; 0 without one.</summary>
    public int Cover(int o, long at) => _cells[o].ChargedFrom <= at && at < _cells[o].EmptyAt ? _rules[o].Scale.CoverPermille : 0;

    public bool EmptiesAt(int o, long at) => _cells[o].EmptyAt == at && _rules[o].HasBackup;

    /// <summary>Clears the window: the segment is started at this tick.</summary>
    public void Forget(int o, long at)
    {
        if (_cells[o].Newest == 1000 && _steps[o].IsDefault)
        {
            return;
        }

        Stamp(o, at);
        SetSteps(o, default);
        _cells[o].Newest = 1000;
        _cells[o].Floor = 1000;
    }

    /// <summary>Moves the window on to a tick; true when it now lets more through.</summary>
    public bool Release(int o, long at)
    {
        var before = _cells[o].Floor;
        _cells[o].Floor = FloorAt(o, at);
        return _cells[o].Floor > before;
    }

    /// <summary>Takes what was settled at a tick.</summary>
    public void Remember(int o, long at, int backupInput, int restartInput)
    {
        var pushed = Push(o, at, restartInput);
        if (pushed || backupInput != _cells[o].BackupInput)
        {
            Stamp(o, at);
            _cells[o].BackupInput = (short)backupInput;
        }

        Derive(o, at);
    }

    /// <summary>Recomputes what follows from the remembered facts, as of a settled tick: floor, charge times, agenda.</summary>
    public void Derive(int o, long at)
    {
        ref readonly var rule = ref _rules[o];
        (_cells[o].ChargedFrom, _cells[o].EmptyAt) = rule.HasBackup ? ChargedBetween(rule.Scale, o) : (long.MaxValue, long.MaxValue);
        _cells[o].Floor = FloorAt(o, at);
        var release = _steps[o].IsDefault ? null : RestartRules.NextRelease(_steps[o], rule.LagTicks, at);
        var empties = _cells[o].EmptyAt > at ? _cells[o].EmptyAt : Agenda.Never;
        Agenda.Set(o, Math.Min(empties, release ?? Agenda.Never));
    }

    public OperatorState Read(int o) => new(_cells[o].At, _cells[o].BackupInput, _cells[o].Charge, WindowOf(o));

    public void Write(int o, OperatorState state)
    {
        _cells[o].At = state.At;
        _cells[o].BackupInput = (short)state.BackupInputPermille;
        _cells[o].Charge = state.Charge;
        Keep(o, state.Window);
    }

    /// <summary>Brings the charge up to a tick. When it empties stays as it was until the next <see cref="Derive"/>.</summary>
    private void Stamp(int o, long at)
    {
        if (_rules[o].HasBackup)
        {
            _cells[o].Charge = _rules[o].Scale.Elapse(_cells[o].Charge, _cells[o].BackupInput, at - _cells[o].At);
        }

        _cells[o].At = at;
    }

    private short FloorAt(int o, long at) => _steps[o].IsDefault
        ? _cells[o].Newest
        : (short)RestartRules.Least(_steps[o], _rules[o].LagTicks, at);

    private (long From, long Until) ChargedBetween(BackupScale scale, int o)
    {
        if (scale.TicksUntilEmpty(_cells[o].Charge, _cells[o].BackupInput) is { } ticks)
        {
            return (long.MinValue, _cells[o].At + ticks);
        }

        // At an input of at least the cover an empty one holds something from the next tick on, if it recharges at all.
        var from = _cells[o].Charge > 0 ? long.MinValue : scale.RisePerTick > 0 ? _cells[o].At + 1 : long.MaxValue;
        return (from, long.MaxValue);
    }

    private bool Push(int o, long at, int input)
    {
        if (!_rules[o].HasLag || input == _cells[o].Newest)
        {
            return false;
        }

        // Not above any step: it takes the place of all, as RestartRules.Push would say, and no array is needed.
        if (_steps[o].IsDefault ? input < _cells[o].Newest : input <= _steps[o][0].InputPermille)
        {
            _cells[o].Since = !_steps[o].IsDefault ? _steps[o][0].Since : _cells[o].Newest == 1000 ? at : _cells[o].Since;
            _cells[o].Newest = (short)input;
            SetSteps(o, default);
            return true;
        }

        Keep(o, RestartRules.Push(WindowOf(o), _rules[o].LagTicks, at, input));
        return true;
    }

    private ImmutableArray<WindowStep> WindowOf(int o) => !_steps[o].IsDefault ? _steps[o]
        : _cells[o].Newest == 1000 ? RestartRules.Empty
        : [new(_cells[o].Since, _cells[o].Newest)];

    private void Keep(int o, ImmutableArray<WindowStep> window)
    {
        SetSteps(o, window.Length > 1 ? window : default);
        _cells[o].Newest = (short)RestartRules.Newest(window);
        _cells[o].Since = window.Length == 1 ? window[0].Since : 0;
    }

    private void SetSteps(int o, ImmutableArray<WindowStep> steps)
    {
        _longWindows += (steps.IsDefault ? 0 : 1) - (_steps[o].IsDefault ? 0 : 1);
        _steps[o] = steps;
    }
}

/// <summary>What one operator remembers, together because it is always used together.</summary>
/// <param name="ChargedFrom">The first tick at which it holds a charge, as far as inputs tell so far.</param>
/// <param name="EmptyAt">The first tick at which it holds none any more.</param>
/// <param name="Since">When the only step of its window began.</param>
/// <param name="Newest">The restart input settled last.</param>
/// <param name="Floor">What its window lets through.</param>
internal record struct OperatorCell(
    long At, long Charge, long ChargedFrom, long EmptyAt, long Since, short BackupInput, short Newest, short Floor);
