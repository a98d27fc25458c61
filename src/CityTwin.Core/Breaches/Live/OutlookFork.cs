using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;

namespace CityTwin.Core.Breaches.Live;

/// <summary>A ceiling that an attack, or a containment, gives a segment.</summary>
/// <param name="AtTicks">When; before the fork begins = at once.</param>
internal readonly record struct Blow(long AtTicks, int Segment, int LevelPermille);

/// <summary>What blows lead to on forks of the city as it is, held against what happens anyway.</summary>
internal sealed class OutlookFork
{
    private readonly KernelState _start;
    private readonly KernelState _fork;
    private readonly ServiceWatch _watch;
    private readonly long _offsetTicks;
    private readonly long _horizonTicks;
    private readonly int[] _levels;
    private readonly int[] _lowestAnyway;
    private readonly Track[] _tracks;

    public OutlookFork(CityVersion version, long now, long horizonTicks)
    {
        var city = version.Index.City;
        _start = version.Fork(now).ToState(version.Index.Kernel);
        _fork = new(_start.Kernel);
        _watch = new(city, _start.Kernel);
        _offsetTicks = PeopleRules.OffsetTicks(city.TimeZone, DateTimeOffset.FromUnixTimeMilliseconds(now));
        _horizonTicks = horizonTicks;
        _levels = [.. _watch.Services.Select((_, i) => _watch.LevelOf(i, _start))];
        _tracks = new Track[_levels.Length];

        // A blow may fall at the end of the horizon and is followed as long again: that long nothing else may be blamed on it.
        Run([], _start.Now + 1 + (2 * horizonTicks));
        _lowestAnyway = [.. _tracks.Select(track => track.Lowest)];
        LossAnyway = Run([], End);
    }

    /// <summary>The end of the horizon.</summary>
    public long End => _start.Now + 1 + _horizonTicks;

    private Int128 LossAnyway { get; }

    public int PlaceOf(SegmentId segment) => _start.Kernel.IndexOf(segment);

    /// <summary>All blows, within the horizon from now.</summary>
    public Harm Follow(IReadOnlyList<Blow> blows, long records, int targets)
    {
        var loss = Run(blows, End) - LossAnyway;
        return new(PeopleRules.ThousandthHours(loss), People(Dark()), records, targets);
    }

    /// <summary>The blows of one step alone, within the horizon after it.</summary>
    public (Harm Harm, ImmutableArray<DarkService> Dark) FollowOne(IReadOnlyList<Blow> blows, long at, long records)
    {
        var until = Math.Max(at, _start.Now + 1) + _horizonTicks;
        var loss = Run(blows, until);
        var dark = Dark();
        return (new(PeopleRules.ThousandthHours(loss - Run([], until)), People(dark), records, 1), dark);
    }

    /// <returns>What people miss until then, as an exact sum.</returns>
    private Int128 Run(IReadOnlyList<Blow> blows, long until)
    {
        _fork.CopyFrom(_start);
        var begin = _start.Now + 1;
        for (var i = 0; i < _tracks.Length; i++)
        {
            _tracks[i] = new(_levels[i], begin, 0, _levels[i], null);
        }

        foreach (var instant in blows.Where(blow => blow.AtTicks <= until).GroupBy(blow => Math.Max(begin, blow.AtTicks)).OrderBy(group => group.Key))
        {
            Advance(Math.Min(until, instant.Key - 1));
            var ceilings = instant.GroupBy(blow => blow.Segment)
                .Select(group => new CeilingSetting(group.Key, group.Min(blow => blow.LevelPermille)))
                .Where(setting => setting.CeilingPermille < _fork.CeilingOf(setting.Segment)).ToArray();
            if (ceilings.Length > 0)
            {
                _fork.Settle(instant.Key, ceilings, []);
                Look();
            }
        }

        Advance(until);
        Int128 loss = 0;
        for (var i = 0; i < _tracks.Length; i++)
        {
            loss += _tracks[i].Loss + LossSince(i, until);
        }

        return loss;
    }

    private void Advance(long to)
    {
        for (var timers = 0; _fork.AdvanceOne(to); timers++)
        {
            if (timers == _fork.Limits.TimersMax)
            {
                throw new KernelLimitException(nameof(KernelLimits.TimersMax), _fork.Limits.TimersMax, $"at tick {_fork.Now}");
            }

            Look();
        }
    }

    /// <summary>Takes what the last settle changed.</summary>
    private void Look()
    {
        foreach (var change in _fork.Changes)
        {
            foreach (var service in _watch.ReadersOf(change.Segment))
            {
                var level = _watch.LevelOf(service, _fork);
                var track = _tracks[service];
                if (level != track.Level)
                {
                    _tracks[service] = new(
                        level, _fork.Now, track.Loss + LossSince(service, _fork.Now), Math.Min(level, track.Lowest),
                        track.DarkAt ?? (IsDark(service, level) ? _fork.Now : null));
                }
            }
        }
    }

    private Int128 LossSince(int service, long until) => PeopleRules.Loss(
        _watch.Services[service].Zone, _tracks[service].Since + _offsetTicks, until + _offsetTicks, 1000 - _tracks[service].Level);

    private bool IsDark(int service, int level) => level == 0 || level < _watch.Services[service].Service.CriticalBelowPermille;

    /// <summary>What went dark in the last run and would not have anyway.</summary>
    private ImmutableArray<DarkService> Dark()
    {
        var dark = new List<DarkService>();
        for (var i = 0; i < _tracks.Length; i++)
        {
            if (_tracks[i].DarkAt is { } at && !IsDark(i, _lowestAnyway[i]))
            {
                var (zone, service) = _watch.Services[i];
                dark.Add(new(zone.Id, service.Service, _tracks[i].Lowest, at, PeopleRules.PeopleAt(zone, at + _offsetTicks)));
            }
        }

        return [.. dark.OrderBy(service => service.AtTicks).ThenBy(service => service.Zone).ThenBy(service => service.Service)];
    }

    private static int People(ImmutableArray<DarkService> dark) =>
        dark.GroupBy(service => service.Zone).Sum(services => services.First().People);

    /// <summary>How one service goes in a run.</summary>
    private readonly record struct Track(int Level, long Since, Int128 Loss, int Lowest, long? DarkAt);
}
