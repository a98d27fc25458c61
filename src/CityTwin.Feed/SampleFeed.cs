using System.Text.Json;
using System.Threading.Channels;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Feed;

/// <summary>
/// The sensors of a city as they would be: each reports at its interval, load and traffic follow the day, and now and
/// then something happens. Whoever publishes the position of a switch has operated it: the feed takes it over and
/// reports it from then on, instead of contradicting it.
/// </summary>
public sealed class SampleFeed : IDisposable
{
    private const double FirstRoundPerSecond = 200;

    private readonly FeedOptions _options;
    private readonly City _city;
    private readonly Field _field;
    private readonly TimeProvider _time;
    private readonly long _boot;
    private readonly Lock _lock = new();
    private readonly Dictionary<SensorId, long> _sequences = [];
    private readonly Dictionary<SensorId, Sensor> _switches;
    private readonly FeedConnection[] _connections;
    private readonly Channel<Sensor> _moved = Channel.CreateBounded<Sensor>(
        new BoundedChannelOptions(1024) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Every sensor first speaks within this time, so that nobody waits for a whole interval to see a city live.</summary>
    private TimeSpan FirstRound => TimeSpan.FromSeconds(Math.Max(3, _city.Sensors.Length / FirstRoundPerSecond));

    public SampleFeed(City city, FeedOptions options, TimeProvider time)
    {
        (_city, _options, _time) = (city, options, time);
        _field = new(city, options.Seed, options.LevelOf);
        _boot = time.GetUtcNow().ToUnixTimeMilliseconds();
        _switches = city.Sensors.Where(sensor => sensor.Role == SensorRole.Status).ToDictionary(sensor => sensor.Id);
        _connections = [.. Enumerable.Range(0, options.Connections).Select(Connection)];
    }

    /// <summary>Publishes until it is cancelled. A broker that is not there, or goes away, is waited for.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(
                [.. _connections.Select((connection, number) => Report(connection, number, cancellation)),
                ReportMoves(cancellation), LiveThroughIncidents(cancellation)]).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // This is how it ends.
        }
    }

    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    private async Task Report(FeedConnection connection, int number, CancellationToken cancellation)
    {
        var start = _time.GetUtcNow();
        var queue = new PriorityQueue<Sensor, DateTimeOffset>();
        for (var i = number; i < _city.Sensors.Length; i += _connections.Length)
        {
            var sensor = _city.Sensors[i];
            queue.Enqueue(sensor, start + (FirstRound * _field.Phase(sensor)));
        }

        while (queue.TryDequeue(out var sensor, out var due))
        {
            var wait = due - _time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
            }

            await connection.Publish(Reading(sensor), cancellation).ConfigureAwait(false);

            // The second report finds each sensor its place in the interval. A feed that was held up goes on from now:
            // it does not make up for what nobody saw.
            var next = due < start + FirstRound
                ? start + FirstRound + (Field.Interval(sensor) * _field.Phase(sensor))
                : due + Field.Interval(sensor);
            var now = _time.GetUtcNow();
            queue.Enqueue(sensor, next > now ? next : now + Field.Interval(sensor));
        }
    }

    private async Task ReportMoves(CancellationToken cancellation)
    {
        await foreach (var sensor in _moved.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            await _connections[0].Publish(Reading(sensor), cancellation).ConfigureAwait(false);
        }
    }

    private async Task LiveThroughIncidents(CancellationToken cancellation)
    {
        if (_options.IncidentEvery <= TimeSpan.Zero)
        {
            return;
        }

        var from = _time.GetUtcNow() + _options.PeaceAtFirst;
        for (var stretch = 0L; ; stretch++, from += _options.IncidentEvery)
        {
            foreach (var incident in _field.Incidents(stretch, from, _options.IncidentEvery))
            {
                var wait = incident.At - _time.GetUtcNow();
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
                }

                await Happen(incident, cancellation).ConfigureAwait(false);
            }

            var rest = from + _options.IncidentEvery - _time.GetUtcNow();
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _time, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task Happen(Incident incident, CancellationToken cancellation)
    {
        if (incident is SwitchMoves moves)
        {
            _options.Say?.Invoke($"{moves.Sensor.Name} now says {moves.Word}.");
            Move(moves.Sensor, moves.Word);
        }
        else if (incident is EventHappens happens)
        {
            _options.Say?.Invoke($"{happens.Sensor.Name} reports {happens.Class}.");
            var reported = new SensorEvent(
                happens.Sensor.Id, happens.Class, happens.Confidence, null, _boot, NextSequence(happens.Sensor), _time.GetUtcNow());
            await _connections[0].Publish(FeedMessage.Of(_options.Prefix, reported), cancellation).ConfigureAwait(false);
        }
    }

    private void Move(Sensor sensor, string word)
    {
        bool moved;
        lock (_lock)
        {
            moved = _field.Move(sensor.Id, word);
        }

        if (moved)
        {
            _moved.Writer.TryWrite(sensor);
        }
    }

    private FeedMessage Reading(Sensor sensor)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var reading = new Reading(sensor.Id, _boot, NextSequence(sensor), now, _field.Read(sensor, now));
            return FeedMessage.Of(_options.Prefix, reading, sensor.Unit);
        }
    }

    private long NextSequence(Sensor sensor)
    {
        lock (_lock)
        {
            return _sequences[sensor.Id] = _sequences.GetValueOrDefault(sensor.Id) + 1;
        }
    }

    private FeedConnection Connection(int number) => new(_options, $"citytwin-feed-{number}", _time)
    {
        Subscription = number == 0 ? $"{_options.Prefix}/sensors/+/reading" : null,
        Heard = number == 0 ? Hear : null,
    };

    /// <summary>What others say of switches; our own word carries our boot.</summary>
    private Task Hear(string topic, ReadOnlyMemory<byte> payload)
    {
        var parts = topic.Split('/');
        if (_switches.TryGetValue(new(parts[^2]), out var sensor) && WordOfOthers(payload) is { } word
            && StatusWords.LevelOf(sensor.Kind, word) is not null)
        {
            Move(sensor, word);
        }

        return Task.CompletedTask;
    }

    private string? WordOfOthers(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var root = json.RootElement;
            var isOurs = root.ValueKind != JsonValueKind.Object
                || (root.TryGetProperty("boot", out var boot) && boot.TryGetInt64(out var number) && number == _boot);
            return !isOurs && root.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
