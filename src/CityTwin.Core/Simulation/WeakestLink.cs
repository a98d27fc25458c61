using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>
/// Fails every segment by itself on a fork of the city and follows it until batteries and tanks are empty. A failure
/// costs its cone, not the city: only what it reaches is evaluated, and only services that read what changed are looked at.
/// </summary>
public static class WeakestLink
{
    /// <summary>How long each failure is followed unless told otherwise: 7 days.</summary>
    public const long DefaultHorizonTicks = 7L * 24 * 3600 * SegmentRule.TicksPerSecond;

    /// <param name="start">The city as it is; it is not changed.</param>
    /// <param name="progress">Told after each failure how many of all are done.</param>
    public static WeakestLinkReport Find(
        City city,
        KernelState start,
        long horizonTicks = DefaultHorizonTicks,
        Action<int, int>? progress = null,
        CancellationToken cancellation = default)
    {
        var search = new Search(city, start, horizonTicks);
        for (var segment = 0; segment < start.Kernel.Segments.Length; segment++)
        {
            cancellation.ThrowIfCancellationRequested();
            search.Fail(segment);
            progress?.Invoke(segment + 1, start.Kernel.Segments.Length);
        }

        return search.Report();
    }

    private readonly record struct Outcome(int Segment, int AtOnce, int Finally, long LowestAfter, long? DarkAfter, int Fallen)
    {
        public bool IsWorseThan(Outcome other) =>
            Finally != other.Finally ? Finally < other.Finally
            : LowestAfter != other.LowestAfter ? LowestAfter < other.LowestAfter
            : Fallen != other.Fallen ? Fallen > other.Fallen
            : Segment < other.Segment;
    }

    private sealed class Search
    {
        private readonly City _city;
        private readonly KernelState _start;
        private readonly KernelState _fork;
        private readonly ServiceWatch _watch;
        private readonly long _horizonTicks;
        private readonly int[] _levels;
        private readonly int[] _lowestWithout;
        private readonly int[] _segmentsWithout;
        private readonly Outcome?[] _worst;
        private readonly Outcome[] _now;      // of each touched service, how this failure goes
        private readonly bool[] _isTouched;
        private readonly List<int> _touched = [];
        private readonly bool[] _hasChanged;
        private readonly List<int> _changed = [];
        private readonly List<int> _fallen = [];
        private int _tried;

        public Search(City city, KernelState start, long horizonTicks)
        {
            (_city, _start, _horizonTicks) = (city, start, horizonTicks);
            _fork = new(start.Kernel, start.Limits);
            _watch = new(city, start.Kernel);
            _levels = [.. _watch.Services.Select((_, i) => _watch.LevelOf(i, start))];
            (_lowestWithout, _segmentsWithout) = Without();
            _worst = new Outcome?[_levels.Length];
            _now = new Outcome[_levels.Length];
            _isTouched = new bool[_levels.Length];
            _hasChanged = new bool[start.Kernel.Segments.Length];
        }

        public void Fail(int segment)
        {
            if (_start.CeilingOf(segment) == 0)
            {
                return;
            }

            _tried++;
            Follow(segment);
            foreach (var service in _touched)
            {
                var outcome = _now[service] with { Fallen = _fallen.Count };
                if (outcome.Finally < _lowestWithout[service] && !(_worst[service] is { } worst && !outcome.IsWorseThan(worst)))
                {
                    _worst[service] = outcome;
                }
            }
        }

        public WeakestLinkReport Report() => new(_city.Hash, _horizonTicks, _tried, [.. _watch.Services.Select((item, i) =>
            new ServiceWeakness(item.Zone.Id, item.Service.Service, _levels[i], _worst[i] is { } worst ? Told(worst) : null))]);

        /// <summary>What happens anyway, such as batteries that are already draining, is not the failure's doing.</summary>
        private (int[] Services, int[] Segments) Without()
        {
            _fork.CopyFrom(_start);
            var lowest = _levels.ToArray();
            while (_fork.AdvanceOne(_start.Now + 1 + _horizonTicks))
            {
                for (var i = 0; i < lowest.Length; i++)
                {
                    lowest[i] = Math.Min(lowest[i], _watch.LevelOf(i, _fork));
                }
            }

            return (lowest, [.. Enumerable.Range(0, _fork.Kernel.Segments.Length).Select(_fork.LevelOf)]);
        }

        private SingleFailure Told(Outcome worst)
        {
            // Kept per failure these lists would be large; the few that matter are found again.
            Follow(worst.Segment);
            var segments = _start.Kernel.Segments;
            return new(
                segments[worst.Segment],
                worst.AtOnce,
                worst.Finally,
                worst.LowestAfter,
                worst.DarkAfter,
                worst.Fallen,
                [.. _fallen.Select(fallen => segments[fallen]).Order().Take(SingleFailure.FallenMax)]);
        }

        private void Follow(int segment)
        {
            Forget();
            _fork.CopyFrom(_start);
            var at = _start.Now + 1;
            _fork.Settle(at, [new(segment, 0)], []);
            Look(segment, isFirst: true);
            while (_fork.AdvanceOne(at + _horizonTicks))
            {
                Look(segment, isFirst: false);
            }

            foreach (var changed in _changed)
            {
                if (changed != segment && _fork.LevelOf(changed) < _segmentsWithout[changed])
                {
                    _fallen.Add(changed);
                }
            }
        }

        /// <summary>Takes what the last settle changed.</summary>
        private void Look(int failed, bool isFirst)
        {
            var after = _fork.Now - _start.Now - 1;
            foreach (var change in _fork.Changes)
            {
                if (!_hasChanged[change.Segment])
                {
                    _hasChanged[change.Segment] = true;
                    _changed.Add(change.Segment);
                }

                foreach (var service in _watch.ReadersOf(change.Segment))
                {
                    if (!_isTouched[service])
                    {
                        _isTouched[service] = true;
                        _touched.Add(service);
                        _now[service] = new(failed, _levels[service], _levels[service], 0, null, 0);
                    }

                    Take(service, after, isFirst);
                }
            }
        }

        private void Take(int service, long after, bool isFirst)
        {
            var level = _watch.LevelOf(service, _fork);
            ref var outcome = ref _now[service];
            if (isFirst)
            {
                outcome = outcome with { AtOnce = level };
            }

            if (level < outcome.Finally)
            {
                outcome = outcome with { Finally = level, LowestAfter = after, DarkAfter = level == 0 ? after : outcome.DarkAfter };
            }
        }

        private void Forget()
        {
            foreach (var service in _touched)
            {
                _isTouched[service] = false;
            }

            foreach (var changed in _changed)
            {
                _hasChanged[changed] = false;
            }

            _touched.Clear();
            _changed.Clear();
            _fallen.Clear();
        }
    }
}
