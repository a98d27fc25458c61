using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Views;

namespace CityTwin.Core.Breaches.Live;

/// <summary>
/// Answers "what next" for the live city: from the reached steps of compromised assets, with contained assets and
/// isolated conduits closed. Deterministic: the same version, profile and instant give the same report.
/// </summary>
public static class Outlook
{
    /// <summary>How far it looks unless told otherwise: 3 days, as long as a crisis team plans ahead.</summary>
    public const long DefaultHorizonTicks = 3L * 24 * 3600 * SegmentRule.TicksPerSecond;

    /// <summary>The most targets told one by one; all count towards the harm.</summary>
    public const int TargetsMax = 32;

    /// <summary>The most dark services told of one target; all count towards its harm.</summary>
    public const int DarkMax = 100;

    /// <summary>The most containments tried: those nearest to what is compromised go first.</summary>
    public const int ContainmentsMax = 64;

    /// <summary>From this chance on it is assumed that somebody acts on a forged reading.</summary>
    public const double BelievedMin = 0.5;

    /// <summary>The worst of the profiles: the most skilled, then the fastest, then the least id; null when there is none.</summary>
    public static AdversaryProfile? WorstProfile(SecurityModel model) =>
        model.Profiles.OrderByDescending(profile => profile.Skill.Value).ThenByDescending(profile => profile.Speed.Value)
            .ThenBy(profile => profile.Id).FirstOrDefault();

    /// <param name="profile">Who goes on with the attack: one of the version's security model.</param>
    /// <param name="now">From when, in ticks.</param>
    /// <param name="progress">Told after each look at a fork.</param>
    /// <exception cref="KernelLimitException">A fork does not come to rest.</exception>
    public static OutlookReport Of(
        CityVersion version,
        AdversaryProfile profile,
        long now,
        long horizonTicks = DefaultHorizonTicks,
        Action? progress = null,
        CancellationToken cancellation = default)
    {
        var sources = SourcesOf(version);
        if (sources.IsEmpty)
        {
            return new(profile.Id, now, horizonTicks, sources, [], default, []);
        }

        var search = new Search(version, profile, sources, now, horizonTicks, () =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Invoke();
        });
        var targets = search.Targets();
        return new(profile.Id, now, horizonTicks, sources, targets, search.Harm(null, null), search.Containments());
    }

    private static ImmutableArray<OutlookSource> SourcesOf(CityVersion version) =>
    [
        .. Enumerable.Range(0, version.Assets.Count).Select(asset => version.Assets[asset].Status)
            .Where(status => status.Posture == AssetPosture.Compromised)
            .SelectMany(status => status.Reached.OrderBy(reached => reached.Step)
                .Select(reached => new OutlookSource(status.Id, reached.Step, reached.Since.ToUnixTimeMilliseconds()))),
    ];

    private sealed class Search
    {
        private readonly CityVersion _version;
        private readonly SecurityModel _model;
        private readonly StepGraph _graph;
        private readonly ImmutableArray<AttackStep> _steps; // the first of the graph
        private readonly OutlookFork _fork;
        private readonly long _now;
        private readonly long _horizonTicks;
        private readonly Action _looked;
        private readonly ImmutableArray<(int Step, AssetId Asset, double Seconds)> _reached;
        private readonly bool[] _isReached;
        private readonly EarliestTimes _times;
        private readonly ImmutableArray<(int Step, AssetId Asset, double Seconds)> _passed; // reached, or could be by now though nobody has seen it

        public Search(
            CityVersion version, AdversaryProfile profile, ImmutableArray<OutlookSource> sources, long now, long horizonTicks, Action looked)
        {
            (_version, _model) = (version, version.Index.City.Security);
            (_now, _horizonTicks, _looked) = (now, horizonTicks, looked);
            (_graph, _steps) = (StepGraph.Of(_model, profile, [], null), _model.Steps);
            _fork = new(version, now, horizonTicks);
            var placeOf = _steps.Select((step, place) => (step.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place);
            _reached =
            [
                .. sources.Where(source => placeOf.ContainsKey(source.Step)).Select(source => (
                    placeOf[source.Step], source.Asset, Math.Min(0, (double)(source.SinceTicks - now) / SegmentRule.TicksPerSecond))),
            ];
            _isReached = new bool[_steps.Length];
            foreach (var (step, _, _) in _reached)
            {
                _isReached[step] = true;
            }

            _passed = _reached;
            _times = TimesOf(null, null);
            _passed =
            [
                .. Enumerable.Range(0, _steps.Length).Where(place => _times.At(place) <= 0)
                    .Select(place => (place, _steps[place].Asset, _times.At(place))),
            ];
        }

        public ImmutableArray<OutlookTarget> Targets()
        {
            var targets = ImmutableArray.CreateBuilder<OutlookTarget>();
            foreach (var place in TargetsOf(_times).Take(TargetsMax))
            {
                var step = _steps[place];
                var at = TicksOf(_times, place);
                var (harm, dark) = _fork.FollowOne(BlowsOf(step, at), at, RecordsOf(step));
                targets.Add(new(
                    step.Id, step.Asset, at, _times.ChanceOf(place), [.. _times.WayTo(place).Where(step => step < _steps.Length).Select(step => _steps[step].Id)], harm, [.. dark.Take(DarkMax)]));
                _looked();
            }

            return targets.ToImmutable();
        }

        /// <summary>What the attack takes although one thing is contained, the containment's own cost included.</summary>
        public Harm Harm(AssetId? asset, Conduit? conduit)
        {
            var times = asset is null && conduit is null ? _times : TimesOf(asset, conduit?.Id);
            var targets = TargetsOf(times);
            var harm = _fork.Follow(
                [.. IsolationOf(conduit), .. targets.SelectMany(place => BlowsOf(_steps[place], TicksOf(times, place)))],
                targets.Sum(place => RecordsOf(_steps[place])),
                targets.Count);
            _looked();
            return harm;
        }

        public ImmutableArray<Containment> Containments()
        {
            var near = Enumerable.Range(0, _steps.Length).Where(place => _times.At(place) <= HorizonSeconds)
                .OrderBy(place => _times.At(place)).ThenBy(place => place).Select(place => _steps[place]).ToList();
            var assets = _reached.Select(reached => reached.Asset).Concat(near.Select(step => step.Asset)).Distinct();
            var conduits = near.Where(step => step.Through is not null).Select(step => step.Through!.Value).Distinct()
                .Select(id => _model.Conduits[_version.Index.Find(id)!.Value]);

            // In turn, so that neither kind crowds out the other where there are too many.
            var tried = assets.Select((asset, turn) => (turn, Asset: (AssetId?)asset, Conduit: (Conduit?)null))
                .Concat(conduits.Select((conduit, turn) => (turn, Asset: (AssetId?)null, Conduit: (Conduit?)conduit)))
                .OrderBy(candidate => candidate.turn).Take(ContainmentsMax).ToList();
            return
            [
                .. tried.Select(candidate => new Containment(
                        candidate.Asset, candidate.Conduit?.Id, Harm(candidate.Asset, candidate.Conduit), CostOf(candidate.Conduit)))
                    .OrderBy(containment => containment.Harm).ThenBy(containment => containment.Cost)
                    .ThenBy(containment => containment.Asset is null).ThenBy(containment => containment.Asset?.Value ?? containment.Conduit!.Value.Value, StringComparer.Ordinal),
            ];
        }

        private double HorizonSeconds => (double)_horizonTicks / SegmentRule.TicksPerSecond;

        private Harm CostOf(Conduit? conduit)
        {
            if (conduit is null || conduit.Carries.IsEmpty)
            {
                return default;
            }

            var cost = _fork.Follow(IsolationOf(conduit), 0, 0);
            _looked();
            return cost;
        }

        /// <summary>A containment begins now: whoever may have passed by then is not brought back, except from the asset itself.</summary>
        private EarliestTimes TimesOf(AssetId? contained, ConduitId? isolated) => EarliestTimes.From(
            _graph,
            _passed.Where(passed => passed.Asset != contained).Select(passed => (passed.Step, passed.Seconds)),
            step => step < _steps.Length && IsClosed(_steps[step], contained, isolated));

        private bool IsClosed(AttackStep step, AssetId? contained, ConduitId? isolated) =>
            step.Asset == contained
            || (_version.Index.Find(step.Asset) is { } asset && _version.Assets[asset].Status.Posture == AssetPosture.Contained)
            || (step.Through is { } through && (through == isolated
                || (_version.Index.Find(through) is { } conduit && _version.Conduits[conduit].Status.Isolated is not null)));

        /// <summary>Steps that do something and can be reached within the horizon, soonest first.</summary>
        private List<int> TargetsOf(EarliestTimes times) =>
        [
            .. Enumerable.Range(0, _steps.Length)
                .Where(place => !_isReached[place] && !_steps[place].Effects.IsEmpty && times.At(place) <= HorizonSeconds)
                .OrderBy(place => Math.Max(0, times.At(place))).ThenBy(place => place),
        ];

        private long TicksOf(EarliestTimes times, int place) => _now + TicksOf(times.At(place));

        // Whoever acts beyond that acts beyond every horizon.
        private static long TicksOf(double seconds) => (long)Math.Ceiling(Math.Min(seconds, 1e11) * SegmentRule.TicksPerSecond);

        private static long RecordsOf(AttackStep step) => step.Effects.OfType<Disclosure>().Sum(disclosure => disclosure.Records);

        private List<Blow> IsolationOf(Conduit? conduit) => conduit is null ? []
            : [.. conduit.Carries.Select(carried => new Blow(_now, _fork.PlaceOf(carried.Segment), carried.LevelPermille))];

        private List<Blow> BlowsOf(AttackStep step, long at)
        {
            var blows = new List<Blow>();
            foreach (var effect in step.Effects)
            {
                switch (effect)
                {
                    case Manipulation manipulation:
                        blows.Add(new(at, _fork.PlaceOf(manipulation.Segment), manipulation.LevelPermille));
                        break;
                    case Destruction destruction:
                        blows.Add(new(at, _fork.PlaceOf(destruction.Segment), destruction.LevelPermille));
                        break;
                    case ForgedReading forged when forged.Believed.Value >= BelievedMin:
                        blows.Add(new(
                            at + TicksOf(forged.ActAfter.MeanSeconds), _fork.PlaceOf(forged.Segment), forged.LevelPermille));
                        break;
                }
            }

            return blows;
        }
    }
}
