using System.Diagnostics;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;

namespace CityTwin.Storage.Writer;

/// <summary>
/// Group commits beside what SQLite gives at best: the same states and log rows, inserted by prepared statements in
/// transactions of 1,000, by one thread, without keys to check or anybody to answer.
/// </summary>
internal static class WriteBenchmark
{
    private const int StateBytes = 200;
    private const int StatusBytes = 80;
    private const int GroupRows = 1_000;

    public static async Task<int> Run(int rows)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-bench-").FullName;
        try
        {
            Plain(Path.Combine(folder, "plain"), rows / 10);
            var plain = rows / Plain(Path.Combine(folder, "plain"), rows).TotalSeconds;
            Console.WriteLine($"plain bulk insert, 1,000 a transaction: {plain:N0} rows/s");
            Console.WriteLine($"the writer alone, groups of 1,000, with changes: {rows / Alone(Path.Combine(folder, "alone"), rows).TotalSeconds:N0} rows/s");
            await Grouped(Path.Combine(folder, "warm"), rows / 10, withChanges: true, callers: 1_000);
            foreach (var (name, withChanges, callers) in new[]
                {
                    ("all at once, with changes", true, rows),
                    ("all at once, states only", false, rows),
                    ("512 callers, with changes", true, 512),
                    ("64 callers, with changes", true, 64),
                })
            {
                var (insert, update) = await Grouped(Path.Combine(folder, $"{callers}{withChanges}"), rows, withChanges, callers);
                Console.WriteLine($"{name}: insert {rows / insert:N0} rows/s, update {rows / update:N0} rows/s, insert ratio {rows / insert / plain:F2}");
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static TimeSpan Plain(string folder, int rows)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{rows}.db");
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Execute(connection, "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 4000;");
        Execute(connection, "create table states (id integer primary key, hash integer, type integer, key text, state blob); create index by_hash on states (hash, type);");
        Execute(connection, "create table changes (seq integer primary key, at integer, kind text, key text, version integer, published blob);");
        Execute(connection, "create table published (seq integer primary key, at integer, kind text, key text, version integer, published blob, unique (kind, key));");
        using var state = new Statement(connection.Handle!, "insert into states (hash, type, key, state) values (?1, ?2, ?3, ?4)");
        using var change = new Statement(connection.Handle!, "insert into changes values (?1, ?2, ?3, ?4, ?5, ?6)");
        using var published = new Statement(connection.Handle!, "insert into published values (?1, ?2, ?3, ?4, ?5, ?6)");
        var bytes = new byte[StateBytes];
        var status = new byte[StatusBytes];
        var clock = Stopwatch.StartNew();
        for (var row = 0; row < rows; row += GroupRows)
        {
            Execute(connection, "begin immediate");
            for (var place = row; place < Math.Min(row + GroupRows, rows); place++)
            {
                state.Bind(1, unchecked((int)(place * 2654435761L))).Bind(2, 1).Bind(3, $"s:sensor-{place}").Bind(4, bytes).Run();
                change.Bind(1, place).Bind(2, place).Bind(3, "sensor").Bind(4, $"sensor-{place}").Bind(5, 1).Bind(6, status).Run();
                published.Bind(1, place).Bind(2, place).Bind(3, "sensor").Bind(4, $"sensor-{place}").Bind(5, 1).Bind(6, status).Run();
            }

            Execute(connection, "commit");
        }

        return clock.Elapsed;
    }

    private static TimeSpan Alone(string folder, int rows)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { DataPath = folder });
        using var writer = new SqliteGroupWriter(database, TimeProvider.System);
        var groups = Enumerable.Range(0, rows).Select(row => Save(row, expected: null, withChanges: true)).Chunk(GroupRows).ToList();
        var clock = Stopwatch.StartNew();
        groups.ForEach(group => writer.Write(group));
        return clock.Elapsed;
    }

    private static PendingSave Save(int row, int? expected, bool withChanges) => new(
        StoredKey.Of("sensor", GrainId.Create("sensor", $"s:sensor-{row}"), "city"),
        expected,
        new byte[StateBytes],
        withChanges ? [new PublishedChange("sensor", $"sensor-{row}", new byte[StatusBytes])] : []);

    private static async Task<(double Insert, double Update)> Grouped(string folder, int rows, bool withChanges, int callers)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { DataPath = folder });
        await using var committer = new GroupCommitter(
            database.Options, () => new SqliteGroupWriter(database, TimeProvider.System), TimeProvider.System, null, NullLogger<GroupCommitter>.Instance);
        committer.Start();
        var insert = await Pass(committer, rows, withChanges, callers, expected: null);
        var update = await Pass(committer, rows, withChanges, callers, expected: 1);
        return (insert, update);
    }

    private static async Task<double> Pass(GroupCommitter committer, int rows, bool withChanges, int callers, int? expected)
    {
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            for (var row = Interlocked.Increment(ref next); row < rows; row = Interlocked.Increment(ref next))
            {
                await committer.Save(Save(row, expected, withChanges));
            }
        })));
        return clock.Elapsed.TotalSeconds;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
