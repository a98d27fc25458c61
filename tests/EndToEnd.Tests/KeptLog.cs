using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// The change log in a silo's database, read row by row by the test itself, while the silo may be writing: what every
/// sensor, alert and segment has published since the city was founded, and the ceiling log.
/// </summary>
internal sealed class KeptLog : IDisposable
{
    private readonly DbConnection _database;
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer(serializer => serializer.AddAssembly(typeof(ISensorGrain).Assembly)).BuildServiceProvider();

    private readonly Serializer _serializer;
    private readonly List<BatchDecided> _batches = [];

    private KeptLog(DbConnection database)
    {
        _database = database;
        _database.Open();
        _serializer = _services.GetRequiredService<Serializer>();
    }

    /// <param name="file">The database of a silo that keeps its city for itself.</param>
    public static KeptLog OfFile(string file) => new(new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False"));

    /// <param name="connectionString">The PostgreSQL database that silos share.</param>
    public static KeptLog OfServer(string connectionString) => new(new NpgsqlConnection($"{connectionString};Pooling=false"));

    /// <summary>The last row read.</summary>
    public long Seq { get; private set; }

    public Dictionary<SensorId, SensorTrace> Sensors { get; } = [];

    public Dictionary<string, AlertStatus> Alerts { get; } = [];

    public Dictionary<SegmentId, SegmentFacts> Segments { get; } = [];

    public IReadOnlyList<BatchDecided> Batches => _batches;

    /// <summary>Rows that do not follow the one before: the log has a gap.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>What history holds of each sensor's numbered readings.</summary>
    public Dictionary<SensorId, KeptReadings> History { get; } = [];

    /// <summary>What orders have let each segment give, one after the other; 1000 at first, and nothing twice in a row.</summary>
    public Dictionary<SegmentId, List<int>> Commanded { get; } = [];

    /// <summary>Reads what has been written since the last time, and history as a whole: its rows need not come in any order.</summary>
    public void ReadOn()
    {
        ReadLog();
        History.Clear();
        using var command = _database.CreateCommand();
        command.CommandText = """
            select k.sensor, k.readings, k.numbers, k.least, k.greatest, r.number, r.word
            from (
                select sensor, count(*) as readings, count(distinct sequence) as numbers, min(sequence) as least, max(sequence) as greatest
                from readings where sequence is not null group by sensor) k
            join readings r on r.sensor = k.sensor and r.sequence = k.greatest
            """;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var value = rows.IsDBNull(6) ? ReadingValue.Of(rows.GetDouble(5)) : ReadingValue.Of(rows.GetString(6));
            History[new(rows.GetString(0))] = new(rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), value);
        }
    }

    /// <summary>Where history does not count on by one, for people who look for the reason: between which readings, and when those were made.</summary>
    public IEnumerable<string> Breaks()
    {
        using var command = _database.CreateCommand();
        command.CommandText = """
            select sensor, before, sequence, before_at, observed_at
            from (
                select sensor, sequence, observed_at,
                    lag(sequence) over (partition by sensor order by sequence) as before,
                    lag(observed_at) over (partition by sensor order by sequence) as before_at
                from readings where sequence is not null) r
            where sequence <> before + 1 order by observed_at, sensor
            """;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return $"{rows.GetString(0)}: {rows.GetInt64(1)} ({Time(3)}) is followed by {rows.GetInt64(2)} ({Time(4)})";
        }

        string Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(column)).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    /// <summary>What the coordinator has saved; null before it has founded the city.</summary>
    public CoordinatorState? ReadCoordinator()
    {
        using var command = _database.CreateCommand();
        command.CommandText = "select PayloadBinary from OrleansStorage where GrainTypeString = 'cascade'";
        return command.ExecuteScalar() is byte[] stored ? Read<Stored<CoordinatorState>>(stored).State : null;
    }

    public void Dispose()
    {
        _database.Dispose();
        _services.Dispose();
    }

    private void ReadLog()
    {
        using var command = _database.CreateCommand();
        command.CommandText = "select seq, kind, key, published from changes where seq > @after order by seq";
        var after = command.CreateParameter();
        (after.ParameterName, after.Value) = ("@after", Seq);
        command.Parameters.Add(after);
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var seq = rows.GetInt64(0);
            if (seq != Seq + 1)
            {
                Gaps.Add($"row {seq} follows row {Seq}");
            }

            Seq = seq;
            if (!rows.IsDBNull(3))
            {
                Take(rows.GetString(1), rows.GetString(2), rows.GetFieldValue<byte[]>(3));
            }
        }
    }

    private void Take(string kind, string key, byte[] published)
    {
        switch (kind)
        {
            case PublishedKind.Sensor:
                if (!Sensors.TryGetValue(new(key), out var trace))
                {
                    Sensors[new(key)] = trace = new();
                }

                trace.Take(Read<SensorStatus>(published));
                break;
            case PublishedKind.Alert:
                Alerts[key] = Read<AlertStatus>(published);
                break;
            case PublishedKind.Segment:
                Take(Read<SegmentFacts>(published));
                break;
            case PublishedKind.Batch:
                _batches.Add(Read<BatchDecided>(published));
                break;
        }
    }

    private void Take(SegmentFacts facts)
    {
        Segments[facts.Id] = facts;
        if (!Commanded.TryGetValue(facts.Id, out var levels))
        {
            Commanded[facts.Id] = levels = [Orders.Whole];
        }

        var level = facts.Causes.Where(cause => cause.Name == SegmentRules.CommandCause).Select(cause => (int?)cause.LevelPermille).SingleOrDefault() ?? Orders.Whole;
        if (levels[^1] != level)
        {
            levels.Add(level);
        }
    }

    private T Read<T>(byte[] published) =>
        _serializer.Deserialize<T>(published) ?? throw new InvalidDataException($"A row that should hold a {typeof(T).Name} holds nothing.");
}

/// <summary>What history holds of one sensor's numbered readings.</summary>
/// <param name="Readings">How many.</param>
/// <param name="Numbers">How many different ones.</param>
/// <param name="Value">Of the one with the greatest number.</param>
internal sealed record KeptReadings(long Readings, long Numbers, long Least, long Greatest, ReadingValue Value);

/// <summary>All that one sensor has published.</summary>
internal sealed class SensorTrace
{
    private readonly HashSet<long> _readings = [];
    private readonly HashSet<long> _events = [];

    public SensorStatus? Last { get; private set; }

    /// <summary>Events counted twice, or counted without being told.</summary>
    public List<string> Faults { get; } = [];

    public void Take(SensorStatus status)
    {
        if (status.Sequence is { } sequence && sequence != Last?.Sequence)
        {
            _readings.Add(sequence);
        }

        var before = Last?.EventCount ?? 0;
        if (status.EventCount != before && (status.EventCount != before + 1 || !_events.Add(status.LastEvent?.Sequence ?? 0)))
        {
            Faults.Add($"{status.Id}: event {status.LastEvent?.Sequence} took the count from {before} to {status.EventCount}");
        }

        Last = status;
    }

    /// <summary>Those of 1, 2 ... <paramref name="through"/> that never stood in the log.</summary>
    public ImmutableArray<long> Missing(SensorRole role, long through)
    {
        var seen = role == SensorRole.Detection ? _events : _readings;
        return [.. Enumerable.Range(1, (int)through).Select(sequence => (long)sequence).Where(sequence => !seen.Contains(sequence))];
    }
}
