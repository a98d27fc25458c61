using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Running;

/// <summary>
/// How a city fares in one run: its kernel on a fork, and what its services lose. Used again for the next run; nothing is
/// allocated in between.
/// </summary>
internal sealed class CityCourse
{
    private const int FullLevel = 1000;
    private readonly BreachGround _ground;
    private readonly Func<int, int>? _leversOf;
    private readonly ServiceTrack[] _services;
    private readonly List<int> _touched = [];
    private readonly Dictionary<int, int> _cityCeilings = [];
    private readonly List<int> _changing = [];
    private readonly List<CeilingSetting> _settings = [];
    private readonly List<int> _starts = [];
    private readonly TimeLeft _wholeRun;
    private int _run;
    private int _below;

    /// <param name="leversOf">Of a segment, the least ceiling that the attack gives it; null = there is no attack.</param>
    public CityCourse(BreachGround ground, Func<int, int>? leversOf)
    {
        (_ground, _leversOf) = (ground, leversOf);
        State = new(ground.Kernel, ground.Start.Limits);
        _services = [.. ground.StartLevels.Select(level => new ServiceTrack { Start = (short)level })];
        _wholeRun = TimeLeftAt(0);
    }

    public KernelState State { get; }

    /// <summary>Grows whenever a road has another level; 0 as long as all are as in the beginning.</summary>
    public int RoadVersion { get; private set; }

    /// <summary>When the last service that had fallen was back; null when none fell, or one is not back.</summary>
    public long? RestoredAt { get; private set; }

    /// <summary>Whether any service has been lower than in the beginning.</summary>
    public bool HasFallen { get; private set; }

    /// <summary>Rules evaluated since the run began.</summary>
    public long Evaluations { get; private set; }

    /// <summary>Batches and timers settled since the run began.</summary>
    public int Settles { get; private set; }

    /// <summary>Gets each service that changes its level; null = nobody wants to know.</summary>
    public List<(int Service, int BeforePermille, int LevelPermille)>? Told { get; set; }

    public IReadOnlyList<int> Touched => _touched;

    /// <summary>Read before and after each settle and fork by who measures; null = nobody does.</summary>
    public Func<long>? Clock { get; set; }

    /// <summary>What <see cref="Clock"/> went on in settles and forks since it was set.</summary>
    public long ClockInSettles { get; private set; }

    /// <summary>When the city changes next by itself; <see cref="long.MaxValue"/> = never.</summary>
    public long NextTimer => State.NextTimer is { } due ? due - _ground.StartedAt : long.MaxValue;

    public void Reset()
    {
        var began = Clock?.Invoke() ?? 0;
        State.CopyFrom(_ground.Start);
        ClockInSettles += (Clock?.Invoke() ?? 0) - began;
        _run++; // and so no service is touched yet
        _touched.Clear();
        _cityCeilings.Clear();
        _changing.Clear();
        _starts.Clear();
        (RoadVersion, RestoredAt, HasFallen, Evaluations, Settles, _below) = (0, null, false, 0, 0, 0);
    }

    /// <summary>
    /// What a touched service loses until the horizon if nothing more happens to it, as a sum of
    /// <see cref="PeopleRules.Loss(Core.Model.Zone, long, long, int)"/>.
    /// </summary>
    public Int128 Lost(int service)
    {
        var zone = _ground.Watch.Services[service].Zone;
        return PeopleRules.Loss(zone.PeopleByNight, zone.PeopleByDay, _services[service].LostTicks, _services[service].MissedDay);
    }

    /// <summary>What a touched service loses beyond that of the city without an attack, in thousandths of person-hours.</summary>
    public long LostThousandthHours(int service)
    {
        ref readonly var known = ref _ground.Services[service];
        ref readonly var track = ref _services[service];
        return PeopleRules.ThousandthHours(PeopleRules.Loss(known.PeopleByNight, known.PeopleByDay, track.LostTicks, track.MissedDay) - known.Lost);
    }

    public long LostTicks(int service) => _services[service].LostTicks;

    public bool WasCritical(int service) => _services[service].Lowest < _ground.CriticalBelow[service];

    public int LevelOf(int segment) => State.LevelOf(segment);

    /// <summary>Runs everything that falls due by itself before a time.</summary>
    public void RunTo(long afterTicks)
    {
        while (NextTimer < afterTicks)
        {
            AdvanceOne();
        }
    }

    public void AdvanceOne()
    {
        var began = Clock?.Invoke() ?? 0;
        State.AdvanceOne(long.MaxValue);
        ClockInSettles += (Clock?.Invoke() ?? 0) - began;
        Settled();
    }

    /// <summary>Takes what happens to the city whoever attacks; it counts with the next <see cref="Settle"/>.</summary>
    public void Queue(CityEvent happening)
    {
        foreach (var (segment, ceiling) in happening.Ceilings)
        {
            _cityCeilings[segment] = ceiling;
            _changing.Add(segment);
        }

        _starts.AddRange(happening.Starts);
    }

    /// <summary>The attack's hold on a segment has changed; it counts with the next <see cref="Settle"/>.</summary>
    public void Touch(int segment) => _changing.Add(segment);

    /// <summary>Settles what has changed; starts follow one tick later.</summary>
    public void Settle(long afterTicks)
    {
        if (_changing.Count > 0)
        {
            _settings.Clear();
            _changing.Sort();
            for (var place = 0; place < _changing.Count; place++)
            {
                var segment = _changing[place];
                if (place > 0 && segment == _changing[place - 1])
                {
                    continue;
                }

                var own = _cityCeilings.TryGetValue(segment, out var ceiling) ? ceiling : _ground.Start.CeilingOf(segment);
                _settings.Add(new(segment, Math.Min(own, _leversOf is null ? FullLevel : _leversOf(segment))));
            }

            _changing.Clear();
            SettleAt(afterTicks, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_settings), []);
        }

        if (_starts.Count > 0)
        {
            SettleAt(afterTicks + 1, [], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_starts));
            _starts.Clear();
        }
    }

    /// <summary>What somebody would have put back and the attack holds down has lost something, though its level never changed.</summary>
    public void End()
    {
        foreach (var service in _ground.ChangingAnyway)
        {
            Touch(ref _services[service], service);
        }
    }

    /// <summary>Of all services, also those whose level never changed.</summary>
    public CourseOutcome Outcome()
    {
        for (var service = 0; service < _services.Length; service++)
        {
            Touch(ref _services[service], service);
        }

        return new(
            [.. _services.Select((_, service) => Lost(service))],
            [.. _services.Select(service => service.LostTicks)],
            [.. _services.Select((_, service) => WasCritical(service))]);
    }

    /// <summary>Every batch has a tick of its own: one that comes too early takes the next.</summary>
    private void SettleAt(long afterTicks, ReadOnlySpan<CeilingSetting> ceilings, ReadOnlySpan<int> starts)
    {
        var at = Math.Max(_ground.StartedAt + afterTicks, State.Now + 1);
        while (State.NextTimer < at)
        {
            AdvanceOne();
        }

        var began = Clock?.Invoke() ?? 0;
        State.Settle(Math.Max(at, State.Now + 1), ceilings, starts);
        ClockInSettles += (Clock?.Invoke() ?? 0) - began;
        Settled();
    }

    private void Settled()
    {
        Evaluations += State.Evaluations;
        Settles++;
        var now = State.Now - _ground.StartedAt;
        var left = TimeLeftAt(now);
        foreach (var change in State.Changes)
        {
            if (change.Segment >= _ground.FirstService)
            {
                Look(change.Segment - _ground.FirstService, change, now, left);
            }
            else if (_ground.IsRoad[change.Segment])
            {
                RoadVersion++;
            }
        }
    }

    private void Look(int number, LevelChange change, long now, TimeLeft left)
    {
        ref var service = ref _services[number];
        var (before, after) = (change.BeforePermille, change.AfterPermille);
        Touch(ref service, number);
        service.Count(before - after, left);
        service.Lowest = Math.Min(service.Lowest, after);
        Told?.Add((number, before, after));
        var (wasBelow, isBelow) = (before < service.Start, after < service.Start);
        if (wasBelow != isBelow)
        {
            _below += isBelow ? 1 : -1;
            HasFallen |= isBelow;
            RestoredAt = _below == 0 ? now : null;
        }
    }

    /// <summary>Before its first change in a run, a service is as runs begin.</summary>
    private void Touch(ref ServiceTrack service, int number)
    {
        if (service.Run != _run)
        {
            service.Begin(_run);
            service.Count(FullLevel - service.Start, _wholeRun);
            _touched.Add(number);
        }
    }

    /// <summary>Local time goes on alike for all services: what is left of it is worked out once. After the horizon nothing counts.</summary>
    private TimeLeft TimeLeftAt(long after) => after >= _ground.HorizonTicks ? default
        : new(_ground.HorizonTicks - after, PeopleRules.DayWeight(_ground.LocalStart + after, _ground.LocalStart + _ground.HorizonTicks));
}

/// <summary>What each service lost, numbered as in <see cref="ServiceWatch"/>.</summary>
/// <param name="Lost">As a sum of <see cref="PeopleRules.Loss"/>.</param>
/// <param name="LostTicks">Missing per mille times ticks.</param>
/// <param name="WasCritical">Whether it was below its critical level at any time.</param>
internal sealed record CourseOutcome(ImmutableArray<Int128> Lost, ImmutableArray<long> LostTicks, ImmutableArray<bool> WasCritical);
