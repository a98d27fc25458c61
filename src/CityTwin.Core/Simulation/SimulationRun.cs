using System.Collections.Immutable;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>One run of a city on the virtual clock: it goes from event to event and to whatever falls due in between.</summary>
internal sealed class SimulationRun
{
    private const int FullLevel = 1000;

    private readonly KernelState _state;
    private readonly Dictionary<SegmentId, ImmutableArray<Cause>> _causes;
    private readonly long _startedAt;

    public SimulationRun(City city, SimulationStart start, CityPatch patch, KernelLimits limits)
    {
        var rules = PatchRules.Apply(city, patch);
        var known = start.Segments.ToDictionary(segment => segment.Id);
        var kernel = Kernel.Compile(rules);
        _startedAt = start.At;
        _causes = start.Segments.Where(segment => !segment.Causes.IsEmpty).ToDictionary(segment => segment.Id, segment => segment.Causes);
        _state = KernelState.Restore(kernel, start.At, [.. rules.Select(item => known.TryGetValue(item.Segment, out var segment)
            ? new SegmentSnapshot(segment.CeilingPermille, segment.LevelPermille, Kept(segment, start.At, patch))
            : new SegmentSnapshot(FullLevel, FullLevel, null))], limits);
        if (patch != CityPatch.None)
        {
            // What is built counts from the first tick on, as in the batch in which a city's definition changes.
            _state.SettleEverything(start.At + 1, [], []);
        }
    }

    public KernelState State => _state;

    /// <summary>Ticks since the run began.</summary>
    public long Now => _state.Now - _startedAt;

    public ImmutableArray<Cause> CausesOf(SegmentId segment) => _causes.GetValueOrDefault(segment, []);

    /// <summary>Runs to the horizon and tells after each settle.</summary>
    public void Go(ImmutableArray<ScenarioEvent> events, long horizonTicks, Action settled, CancellationToken cancellation)
    {
        var (end, next, orderedAt) = (_startedAt + horizonTicks, 0, 0L);
        var starts = new List<int>();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var changesAt = next < events.Length ? Math.Max(_startedAt + events[next].AfterTicks, _state.Now + 1) : long.MaxValue;
            var startsAt = starts.Count > 0 ? Math.Max(orderedAt, _state.Now) + 1 : long.MaxValue;
            var due = _state.NextTimer ?? long.MaxValue;
            if (Math.Min(Math.Min(changesAt, startsAt), due) is var at && at > end)
            {
                return;
            }

            // The order is that of the live city: what falls due first, then changes, starts by themselves last.
            if (due < changesAt && due <= startsAt)
            {
                _state.AdvanceOne(due);
            }
            else if (changesAt <= startsAt)
            {
                (next, orderedAt) = (Change(events, next, changesAt, starts), changesAt);
                if (_state.Now != changesAt)
                {
                    continue;
                }
            }
            else
            {
                _state.Settle(startsAt, [], [.. starts.Distinct()]);
                starts.Clear();
            }

            settled();
        }
    }

    /// <summary>Applies all events of an instant but its starts, which it puts aside; where there is nothing else, nothing settles.</summary>
    private int Change(ImmutableArray<ScenarioEvent> events, int next, long at, List<int> starts)
    {
        var changed = new SortedSet<SegmentId>();
        for (; next < events.Length && _startedAt + events[next].AfterTicks <= at; next++)
        {
            if (events[next] is StartEvent start)
            {
                starts.AddRange(start.Segments.Select(_state.Kernel.IndexOf));
            }
            else if (events[next] is CeilingEvent ceiling)
            {
                SetCause(ceiling, at);
                changed.Add(ceiling.Target);
            }
        }

        if (changed.Count > 0)
        {
            _state.Settle(at, [.. changed.Select(segment => new CeilingSetting(_state.Kernel.IndexOf(segment), Ceiling(CausesOf(segment))))], []);
        }

        return next;
    }

    private void SetCause(CeilingEvent ceiling, long at)
    {
        var others = CausesOf(ceiling.Target).RemoveAll(cause => cause.Name == ceiling.Cause);
        _causes[ceiling.Target] = ceiling.LevelPermille == FullLevel
            ? others
            : [.. others.Add(new(ceiling.Cause, ceiling.LevelPermille, "scenario", "", DateTimeOffset.FromUnixTimeMilliseconds(at)))
                .OrderBy(cause => cause.Name, StringComparer.Ordinal)];
    }

    /// <summary>What a segment remembers; a backup that the patch gave it is new and full.</summary>
    private static OperatorState? Kept(SegmentStart segment, long at, CityPatch patch) =>
        patch.Backups.LastOrDefault(item => item.Target == segment.Id) is { } added
            ? new(at, segment.Operator?.BackupInputPermille ?? FullLevel, BackupRules.Full(added.Backup), segment.Operator?.Window ?? RestartRules.Empty)
            : segment.Operator;

    private static int Ceiling(ImmutableArray<Cause> causes) => causes.IsEmpty ? FullLevel : causes.Min(cause => cause.LevelPermille);
}
