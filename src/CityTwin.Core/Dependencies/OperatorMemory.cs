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
    private readonly ImmutableArray<WindowStep>[] _steps; // of a window with more than the one step in its cell

    public OperatorMemory(KernelTables tables)
    {
        _rules = tables.Operators;
        _cells = new OperatorCell[_rules.Length];
        _steps = new ImmutableArray<WindowStep>[_rules.Length];
        Agenda = new(_cells);
    }

    public Agenda Agenda { get; }

    /// <summary>How many bytes <see cref="CopyFrom"/> copies, not counting the agenda's; nothing but memory moves.</summary>
    public int Bytes => _cells.Length * Unsafe.SizeOf<OperatorCell>();

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
    public int Cover(int o, long at) => _cells[o].CoverAt(at);

    public bool EmptiesAt(int o, long at) => _cells[o].EmptyAt == at;

    /// <summary>
    /// What comes out of a segment's backup and restart, when these are all it has, and it is no member of a network.
    /// What went in is kept until the settle is over, when <see cref="RememberInputs"/> takes the last.
    /// </summary>
    public int Through(int o, long at, int supply, int needs)
    {
        ref var cell = ref _cells[o];
        cell.Supply = (short)supply;
        cell.Input = (short)Math.Min(Math.Max(supply, cell.CoverAt(at)), needs);
        return Math.Min(cell.Input, cell.Floor);
    }

    /// <summary>Clears the window: the segment is started at this tick.</summary>
    public void Forget(int o, long at)
    {
        ref var cell = ref _cells[o];
        if (cell.Newest == 1000 && !cell.HasSteps)
        {
            return;
        }

        Stamp(ref cell, in _rules[o], at);
        SetSteps(o, ref cell, default);
        cell.Newest = 1000;
        cell.Floor = 1000;
    }

    /// <summary>Moves the window on to a tick; true when it now lets more through.</summary>
    public bool Release(int o, long at)
    {
        ref var cell = ref _cells[o];
        var before = cell.Floor;
        cell.Floor = FloorAt(o, in cell, at);
        return cell.Floor > before;
    }

    /// <summary>Takes what was settled at a tick: the inputs last seen by <see cref="Through"/>.</summary>
    public void RememberInputs(int o, long at) => Remember(o, at, _cells[o].Supply, _cells[o].Input);

    /// <summary>Takes what was settled at a tick.</summary>
    public void Remember(int o, long at, int supply, int restartInput)
    {
        ref var cell = ref _cells[o];
        ref readonly var rule = ref _rules[o];
        var pushed = Push(o, ref cell, in rule, at, restartInput);
        var backupInput = rule.HasBackup ? supply : 1000;
        if (pushed || backupInput != cell.BackupInput)
        {
            Stamp(ref cell, in rule, at);
            cell.BackupInput = (short)backupInput;
        }

        Derive(o, at);
    }

    /// <summary>Recomputes what follows from the remembered facts, as of a settled tick: floor, when it is empty, agenda.</summary>
    public void Derive(int o, long at)
    {
        ref var cell = ref _cells[o];
        ref readonly var rule = ref _rules[o];
        cell.EmptyAt = !rule.HasBackup ? Agenda.Never
            : rule.Scale.TicksUntilEmpty(cell.Charge, cell.BackupInput) is { } ticks ? cell.At + ticks
            : cell.Charge > 0 || rule.Scale.RisePerTick > 0 ? Agenda.Never
            : cell.At;
        cell.Cover = (short)rule.Scale.CoverPermille;
        cell.Floor = FloorAt(o, in cell, at);
        var release = cell.HasSteps ? RestartRules.NextRelease(_steps[o], rule.LagTicks, at) : null;
        var empties = cell.EmptyAt > at ? cell.EmptyAt : Agenda.Never;
        Agenda.Set(o, Math.Min(empties, release ?? Agenda.Never));
    }

    public OperatorState Read(int o) => new(_cells[o].At, _cells[o].BackupInput, _cells[o].Charge, WindowOf(o, in _cells[o]));

    public void Write(int o, OperatorState state)
    {
        ref var cell = ref _cells[o];
        cell.At = state.At;
        cell.BackupInput = (short)state.BackupInputPermille;
        cell.Charge = state.Charge;
        Keep(o, ref cell, state.Window);
        (cell.Supply, cell.Input) = (cell.BackupInput, cell.Newest);
    }

    /// <summary>Brings the charge up to a tick. When it empties stays as it was until the next <see cref="Derive"/>.</summary>
    private static void Stamp(ref OperatorCell cell, in OperatorTable rule, long at)
    {
        if (rule.HasBackup)
        {
            cell.Charge = rule.Scale.Elapse(cell.Charge, cell.BackupInput, at - cell.At);
        }

        cell.At = at;
    }

    private short FloorAt(int o, in OperatorCell cell, long at) => cell.HasSteps
        ? (short)RestartRules.Least(_steps[o], _rules[o].LagTicks, at)
        : cell.Newest;

    private bool Push(int o, ref OperatorCell cell, in OperatorTable rule, long at, int input)
    {
        if (!rule.HasLag || input == cell.Newest)
        {
            return false;
        }

        // Not above any step: it takes the place of all, as RestartRules.Push would say, and no array is needed.
        if (cell.HasSteps ? input <= _steps[o][0].InputPermille : input < cell.Newest)
        {
            cell.Since = cell.HasSteps ? _steps[o][0].Since : cell.Newest == 1000 ? at : cell.Since;
            cell.Newest = (short)input;
            SetSteps(o, ref cell, default);
            return true;
        }

        Keep(o, ref cell, RestartRules.Push(WindowOf(o, in cell), rule.LagTicks, at, input));
        return true;
    }

    private ImmutableArray<WindowStep> WindowOf(int o, in OperatorCell cell) => cell.HasSteps ? _steps[o]
        : cell.Newest == 1000 ? RestartRules.Empty
        : [new(cell.Since, cell.Newest)];

    private void Keep(int o, ref OperatorCell cell, ImmutableArray<WindowStep> window)
    {
        SetSteps(o, ref cell, window.Length > 1 ? window : default);
        cell.Newest = (short)RestartRules.Newest(window);
        cell.Since = window.Length == 1 ? window[0].Since : 0;
    }

    private void SetSteps(int o, ref OperatorCell cell, ImmutableArray<WindowStep> steps)
    {
        if (cell.HasSteps || !steps.IsDefault)
        {
            _longWindows += (steps.IsDefault ? 0 : 1) - (cell.HasSteps ? 1 : 0);
            _steps[o] = steps;
            cell.HasSteps = !steps.IsDefault;
        }
    }
}

/// <summary>What one operator remembers, together because it is always used together.</summary>
internal struct OperatorCell
{
    public long At;
    public long Charge;

    /// <summary>The first tick at which it holds no charge any more, as far as inputs tell so far.</summary>
    public long EmptyAt;

    /// <summary>When the only step of its window began.</summary>
    public long Since;

    /// <summary>Its place in the agenda, counted from 1; 0 = not there.</summary>
    public int AgendaPlace;

    public short BackupInput;

    /// <summary>The restart input settled last.</summary>
    public short Newest;

    /// <summary>What its window lets through.</summary>
    public short Floor;

    /// <summary>What its backup gives while charged; here to be near.</summary>
    public short Cover;

    /// <summary>What its supply gives, as last evaluated.</summary>
    public short Supply;

    /// <summary>Its restart input, as last evaluated.</summary>
    public short Input;

    /// <summary>True when its window has more than one step.</summary>
    public bool HasSteps;

    /// <summary>An empty one at an input of at least the cover holds something from the next tick on, if it recharges at all.</summary>
    public readonly int CoverAt(long at) => at < EmptyAt && (Charge > 0 || at > At) ? Cover : 0;
}
