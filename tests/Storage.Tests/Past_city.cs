using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;

namespace CityTwin.Storage.Tests;

/// <summary>A past instant shows what the live view showed then.</summary>
public sealed class Past_city(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2024, 3, 1, 5, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);
    private static readonly Serializer Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task City_as_of_any_kept_instant_is_what_the_live_view_showed_then(Database kind)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var time = new FakeTimeProvider(Start);
        await using var storage = await TestStorage.Open(kind, options => options with { HistoryKeptFor = Kept, ChangesKeptMin = 100, ChangesKeptMax = 2_000 }, time: time);
        var run = new Run(storage, time, new(seed));
        var shown = new List<(DateTimeOffset At, List<string> City)>();
        for (var step = 0; step < 1_500; step++)
        {
            if (step % 20 == 3)
            {
                await storage.Changes.Mark(Cancellation);
            }

            await run.Step();
            if (time.GetUtcNow() is var before && run.Pass())
            {
                shown.Add((before, Words(run.Live.Current)));
            }
        }

        using var past = new PastCity(storage.Changes, storage.History, storage.Log, run.Catalog, Serializer, time);
        var since = (await past.KeptSince(Cancellation))!.Value;
        Assert.Null(await past.At(since.AddMilliseconds(-1), Cancellation));
        var kept = shown.Where(one => one.At >= since).ToList();
        Assert.True(kept.Count > 100 && kept.Count < shown.Count, $"{kept.Count} of {shown.Count}: history is pruned in between.");
        // A plain reading is among the readings already.
        Assert.InRange(storage.Scalar("select count(*) from history where kind = 'sensor'"), 1, run.SensorsSaidMore);
        Assert.True(run.Redefinitions > 3);
        foreach (var (at, city) in kept)
        {
            var then = (await past.At(at, Cancellation))!;
            Assert.Equal(at, then.AsOf);
            Assert.Equal(city, Words(then));
        }
    }

    /// <summary>
    /// All that a version shows, but for the place in the log where it last changed, and a service's cause: live it is derived
    /// with each batch, not when a segment lifts a cause shortly before.
    /// </summary>
    private static List<string> Words(CityVersion version)
    {
        var city = version.Index.City;
        return
        [
            city.Hash.Value,
            .. city.Segments.Select((segment, at) => $"{segment.Id} {version.Segments[at] is var view} {view.LevelPermille} {view.CeilingPermille} {view.NextTimer} {Text(view.Facts)} {Text(view.Operator)}"),
            .. city.Sensors.Select((sensor, at) => $"{sensor.Id} {version.Sensors[at].AvailabilityPermille} {version.Sensors[at].Status}"),
            .. city.Guards.Select((guard, at) => $"{guard.Id} {Text(version.Guards[at].Status)}"),
            .. city.Zones.Select((zone, at) => $"{zone.Id} {version.Zones[at].Tally} {Text(version.Zones[at].Facts)} {string.Join(',', version.Zones[at].Services.Select(service => service with { Cause = null }))}"),
            .. version.Alerts.Values.Select(alert => $"{alert.Status.Id} {Text(alert.Status)}"),
        ];
    }

    private static string Text<T>(T? state) where T : class => state is null ? "-" : Convert.ToHexString(Serializer.SerializeToArray(state));

    /// <summary>A city to which random things happen: readings by the rules, and all else that is published.</summary>
    private sealed class Run
    {
        private readonly TestStorage _storage;
        private readonly FakeTimeProvider _time;
        private readonly Random _random;
        private readonly Dictionary<string, int> _versions = [];
        private readonly Dictionary<SensorId, (SensorState State, long Sequence, DateTimeOffset Clock)> _sensors = [];
        private readonly Dictionary<SegmentId, long> _causes = [];
        private readonly PublishedRows _rows = new(Serializer);
        private readonly City[] _definitions;
        private City _city;
        private long _batch;

        public Run(TestStorage storage, FakeTimeProvider time, Random random)
        {
            (_storage, _time, _random) = (storage, time, random);
            var harbour = HarbourCity.Of(meters: 6);
            _definitions =
            [
                harbour,
                HarbourCity.Of(meters: 4, hash: "4444") with { Segments = harbour.Segments.Insert(5, harbour.Segments[4] with { Id = new("spare") }) },
                HarbourCity.Of(meters: 9, hash: "9999"),
            ];
            _city = harbour;
            Catalog = new TestCatalog(_definitions);
            Live = new CityView(new CityIndex(_city), storage.Log.Epoch);
        }

        public CityView Live { get; }

        public ICityCatalog Catalog { get; }

        public int Redefinitions { get; private set; }

        /// <summary>How often a sensor said more than a plain reading does.</summary>
        public int SensorsSaidMore { get; private set; }

        /// <summary>Time passes, or does not.</summary>
        public bool Pass()
        {
            var passes = _random.Next(3) == 0;
            _time.Advance(passes ? TimeSpan.FromMilliseconds(_random.Next(1, 1_500_000)) : TimeSpan.Zero);
            return passes;
        }

        public async Task Step()
        {
            switch (_random.Next(20))
            {
                case 0:
                    await Tell(PublishedKind.Zone, new ZoneFacts(Any(_city.Zones).Id, _random.Next(), (SecurityPosture)_random.Next(4), "ada", null, null, _random.Next(90)), facts => facts.Id.Value);
                    break;
                case 1:
                    await Tell(PublishedKind.Guard, GuardRules.New(Any(_city.Guards)) with { Duty = (GuardDuty)_random.Next(5), Version = _random.Next(1, 99) }, status => status.Id.Value);
                    break;
                case 2:
                    await Alert();
                    break;
                case 3:
                    await Command();
                    break;
                case 4:
                    await Batch();
                    break;
                case 5:
                    await Event();
                    break;
                default:
                    await Reading();
                    break;
            }

            await Follow();
        }

        private async Task Reading()
        {
            var sensor = Any(_city.Sensors.Where(sensor => sensor.Role == SensorRole.Measurement));
            var (state, sequence, clock) = _sensors.GetValueOrDefault(sensor.Id, (SensorState.Initial, 0, default));
            var isNumbered = sensor.Id.Value.EndsWith('1') || sensor.Id.Value.EndsWith('2');
            var now = _time.GetUtcNow();

            // One that comes late, and, of those that number, a clock that went back.
            var isLate = sequence > 0 && _random.Next(8) == 0;
            var number = isLate ? sequence - 1 : sequence + _random.Next(1, 3);
            var observed = isLate ? clock.AddMilliseconds(-_random.Next(1, 5)) : isNumbered && _random.Next(10) == 0 ? now.AddHours(-1) : now;
            var reading = new Reading(sensor.Id, isNumbered ? 1 : null, isNumbered ? number : null, observed, ReadingValue.Of(_random.Next(500)));

            var refusal = SensorRules.RefusalOf(sensor, state, reading, now);
            var next = SensorRules.Observe(sensor, state, reading, now).State;
            var kept = SensorRules.KeptOf(sensor, refusal, next, reading, false, now);
            if (refusal is SensorRefusal.Late)
            {
                await _storage.History.Keep(kept!);
            }
            else if (refusal is null)
            {
                await Publish(sensor, state, next, kept);
                _sensors[sensor.Id] = (next, number, observed);
            }
        }

        private async Task Event()
        {
            var sensor = Any(_city.Sensors);
            var (state, sequence, clock) = _sensors.GetValueOrDefault(sensor.Id, (SensorState.Initial, 0, default));
            var next = SensorRules.Report(sensor, state, new(sensor.Id, "tampered", 0.9, null, null, null, _time.GetUtcNow()), _time.GetUtcNow()).State;
            if (!ReferenceEquals(state, next))
            {
                await Publish(sensor, state, next, null);
                _sensors[sensor.Id] = (next, sequence, clock);
            }
        }

        private Task Publish(Sensor sensor, SensorState before, SensorState next, KeptReading? kept)
        {
            var status = next.Publish(sensor);
            var isReading = kept is not null && status.IsOnlyReadingAfter(before.Publish(sensor));
            return Save(PublishedKind.Sensor, sensor.Id.Value, Serializer.SerializeToArray(status), isReading, kept);
        }

        private async Task Alert()
        {
            var id = AlertId.For("offline", Any(_city.Sensors).Id);
            var now = _time.GetUtcNow();
            await Save(PublishedKind.Alert, id.Value, _random.Next(3) == 0 ? null : Serializer.SerializeToArray(new AlertStatus(
                id, (AlertPhase)_random.Next(3), (AlertSeverity)_random.Next(4), new("harbour"), "It is silent.", now, now, 1, null, null, null, null, null)));
        }

        private async Task Command()
        {
            var segment = Any(_city.Segments).Id;
            _causes[segment] = _causes.GetValueOrDefault(segment) + 1;
            ImmutableArray<Cause> causes = _random.Next(2) == 0 ? [] : [new("command", _random.Next(1000), "ada", "storm", _time.GetUtcNow())];
            await Tell(PublishedKind.Segment, new SegmentFacts(segment, _causes[segment], causes, null, null, null), facts => facts.Id.Value);
        }

        private async Task Batch()
        {
            var (gone, spare, redefined) = (ImmutableArray<SensorId>.Empty, false, false);
            if (_random.Next(8) == 0)
            {
                var before = _city;
                _city = Any(_definitions.Where(city => city != _city));
                Redefinitions++;
                redefined = true;
                gone = [.. before.Sensors.Select(sensor => sensor.Id).Except(_city.Sensors.Select(sensor => sensor.Id))];
                spare = before.Segments.Length > _city.Segments.Length;
            }

            _batch++;
            var changed = Any(_city.Segments).Id;
            var batch = new BatchDecided(
                _batch, Start.ToUnixTimeMilliseconds() + _batch, _city.Hash,
                [new(changed, _causes.GetValueOrDefault(changed), _random.Next(1001), new("command", 0, "ada", "storm", Start))], [],
                [.. _city.Segments.Where(_ => _random.Next(3) == 0).Select(segment => new SegmentSettled(segment.Id, _random.Next(3) * 500, null, _random.Next(9) == 0 ? 1 : null))]);
            await Save(PublishedKind.Batch, BatchLog.KeyOf(_batch), Serializer.SerializeToArray(batch));
            foreach (var sensor in gone.Where(_sensors.Remove))
            {
                // Told that it is no longer in the city, its grain forgets all.
                await Save(PublishedKind.Sensor, sensor.Value, null);
            }

            if (spare && _causes.Remove(new("spare")))
            {
                await Save(PublishedKind.Segment, "spare", null);
            }

            // As the coordinator does: a changed definition always comes with a checkpoint, so that no fold crosses it.
            if (_random.Next(10) == 0 || redefined)
            {
                await Follow();
                await Save(PublishedKind.Checkpoint, BatchLog.CheckpointKey, Serializer.SerializeToArray(Checkpoint()), replaces: PublishedKind.Batch);
            }
        }

        private KernelCheckpoint Checkpoint() => new(_batch, Live.Current.BatchAt, _city.Hash, [.. _city.Segments.Select((segment, at) => Live.Current.Segments[at] is var view
            ? new SegmentCheckpoint(segment.Id, view.CeilingPermille, view.CauseVersion, view.LastDecided, view.LevelPermille, view.Operator, view.NextTimer) : null!)]);

        private Task Tell<T>(string kind, T status, Func<T, string> keyOf) => Save(kind, keyOf(status), Serializer.SerializeToArray(status));

        private async Task Save(string kind, string key, byte[]? status, bool isReading = false, KeptReading? kept = null, string? replaces = null)
        {
            SensorsSaidMore += kind == PublishedKind.Sensor && !isReading ? 1 : 0;
            var grain = $"{kind}:{key}";
            _versions[grain] = (await _storage.Save(
                grain, _versions.TryGetValue(grain, out var version) ? version : null, kept, new PublishedChange(kind, key, status, replaces) { IsReading = isReading })).Version;
        }

        /// <summary>As the tail does.</summary>
        private async Task Follow()
        {
            while (await _storage.Log.Read(Live.Current.Seq, 1_000, Cancellation) is ChangesFollow { Rows: { IsEmpty: false } rows })
            {
                foreach (var row in rows.Select(_rows.Read))
                {
                    Live.Apply([row], row.Record is BatchDecided batch && batch.Definition != Live.Current.Index.City.Hash
                        ? new CityIndex(_definitions.Single(city => city.Hash == batch.Definition)) : null);
                }
            }
        }

        private T Any<T>(IEnumerable<T> of)
        {
            var all = of.ToList();
            return all[_random.Next(all.Count)];
        }
    }

    private sealed class TestCatalog(City[] definitions) : ICityCatalog
    {
        public CityPlan Current { get; } = new(definitions[0]);

        public ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default) => new(new CityPlan(definitions.Single(city => city.Hash == hash)));

        public void Use(CityPlan plan, long batch) => throw new NotSupportedException("A past instant puts nothing into force.");
    }
}
