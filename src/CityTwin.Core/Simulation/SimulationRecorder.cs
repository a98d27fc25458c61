using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Writes down what a run does: changes, levels of services, people-hours, the worst moments and their causes.</summary>
internal sealed class SimulationRecorder
{
    private readonly SimulationRun _run;
    private readonly ServiceWatch _watch;
    private readonly SimulationRecorder? _without;
    private readonly long _startedAt;
    private readonly long _localStart;
    private readonly List<TimelineEntry> _timeline = [];
    private readonly List<LevelStep>[] _levels;
    private readonly Int128[] _lost;
    private readonly (int Level, long After, ImmutableArray<CauseChain> Causes)[] _lowest;
    private readonly SortedSet<int> _touched = [];
    private CriticalFailure? _firstCritical;
    private bool _isTimelineCut;

    public SimulationRecorder(City city, SimulationRun run, long startedAt, SimulationRecorder? without)
    {
        _run = run;
        _without = without;
        _startedAt = startedAt;
        _localStart = startedAt + PeopleRules.OffsetTicks(city.TimeZone, DateTimeOffset.FromUnixTimeMilliseconds(startedAt));
        _watch = new(city, run.State.Kernel);
        _levels = [.. _watch.Services.Select((_, i) => new List<LevelStep> { new(0, _watch.LevelOf(i, run.State)) })];
        _lost = new Int128[_levels.Length];
        _lowest = [.. _levels.Select(steps => (steps[0].LevelPermille, 0L, ImmutableArray<CauseChain>.Empty))];
    }

    /// <summary>Takes what the last settle changed.</summary>
    public void Settled()
    {
        _touched.Clear();
        foreach (var change in _run.State.Changes)
        {
            _touched.UnionWith(_watch.ReadersOf(change.Segment).ToArray());
        }

        if (_without is not null)
        {
            Tell();
        }

        foreach (var service in _touched)
        {
            Take(service, _watch.LevelOf(service, _run.State));
        }
    }

    public void End(long horizonTicks)
    {
        for (var i = 0; i < _levels.Length; i++)
        {
            AddLoss(i, horizonTicks);
        }
    }

    public SimulationReport Report(Scenario scenario, City city)
    {
        Invariant.Hold(_without is not null, "A report is always paired with the same run without the events.");
        var lost = Enumerable.Range(0, _lost.Length).Aggregate(Int128.Zero, (sum, i) => sum + _lost[i] - _without._lost[i]);
        return new(
            scenario.Name,
            city.Hash,
            _startedAt,
            scenario.HorizonTicks,
            scenario.Seed,
            [.. _timeline.OrderBy(entry => entry.AfterTicks).ThenBy(entry => entry.Segment)],
            _isTimelineCut,
            [.. _watch.Services.Select((item, i) => new ServiceOutcome(
                item.Zone.Id,
                item.Service.Service,
                [.. _levels[i]],
                [.. _without._levels[i]],
                PeopleRules.ThousandthHours(_lost[i]),
                PeopleRules.ThousandthHours(_without._lost[i]),
                _lowest[i].Level,
                _lowest[i].After,
                _lowest[i].Causes))],
            _firstCritical,
            PeopleRules.ThousandthHours(lost));
    }

    private void Tell()
    {
        var kernel = _run.State.Kernel;
        foreach (var change in _run.State.Changes)
        {
            if (_timeline.Count == SimulationReport.TimelineMax)
            {
                _isTimelineCut = true;
                return;
            }

            _timeline.Add(new(_run.Now, kernel.Segments[change.Segment], change.BeforePermille, change.AfterPermille));
        }
    }

    private void Take(int service, int level)
    {
        if (level == _levels[service][^1].LevelPermille)
        {
            return;
        }

        AddLoss(service, _run.Now);
        _levels[service].Add(new(_run.Now, level));
        var (zone, definition) = _watch.Services[service];
        var isLost = _without is not null && level < _without.LevelAt(service, _run.Now);
        ImmutableArray<CauseChain> causes = [];
        if (level < _lowest[service].Level)
        {
            causes = isLost ? CauseChain.Explain(_run.State, _run.CausesOf, definition.Level) : [];
            _lowest[service] = (level, _run.Now, causes);
        }

        if (isLost && _firstCritical is null && level < definition.CriticalBelowPermille
            && _without!.LevelAt(service, _run.Now) >= definition.CriticalBelowPermille)
        {
            causes = causes.IsEmpty ? CauseChain.Explain(_run.State, _run.CausesOf, definition.Level) : causes;
            _firstCritical = new(_run.Now, zone.Id, definition.Service, level, definition.CriticalBelowPermille.Value, causes);
        }
    }

    /// <summary>Counts what was missing since the service's last change.</summary>
    private void AddLoss(int service, long until)
    {
        var last = _levels[service][^1];
        _lost[service] += PeopleRules.Loss(
            _watch.Services[service].Zone, _localStart + last.AfterTicks, _localStart + until, 1000 - last.LevelPermille);
    }

    private int LevelAt(int service, long after)
    {
        var steps = _levels[service];
        var place = steps.Count - 1;
        while (place > 0 && steps[place].AfterTicks > after)
        {
            place--;
        }

        return steps[place].LevelPermille;
    }
}
