using System.Collections.Immutable;
using System.Diagnostics;
using System.Threading.Channels;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Postgres;
using CityTwin.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Runtime;
using Orleans.Storage;
using static CityTwin.Storage.Tests.TestStorage;

namespace CityTwin.Storage.Tests;

/// <summary>What only PostgreSQL can do: go away and come back, wait for a silo that stands still, become other data.</summary>
public sealed class PostgresTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_that_crashes_and_comes_back_loses_nothing_acknowledged_and_takes_writes_again()
    {
        await using var server = await PostgresServer.Start(Cancel, isDurable: true);
        var name = await server.Create(Cancel);
        PostgresSchema.Migrate(new() { ConnectionString = server.ConnectionString(name) }, _ => { });
        await using var storage = TestStorage.Over(await PostgresTestDatabase.Open(options => options, (server, name)));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var writers = Enumerable.Range(0, 16).Select(writer => Task.Run(() => Count(storage, $"s:{writer}", stop.Token))).ToList();
        for (var crash = 0; crash < 3; crash++)
        {
            // Something is acknowledged between two crashes, however slow the machine.
            await storage.Log.WaitBeyond(storage.Log.Head + 200, Cancel).WaitAsync(Patience, Cancel);
            await server.Crash(Cancel);
            await server.Run(Cancel);
        }

        await storage.Log.WaitBeyond(storage.Log.Head + 200, Cancel).WaitAsync(Patience, Cancel);
        await stop.CancelAsync();
        var acknowledged = await Task.WhenAll(writers);
        Assert.Null(storage.Committer.Fault);
        var rows = await storage.ReadAll();
        Assert.Equal(Enumerable.Range(1, rows.Length).Select(seq => (long)seq), rows.Select(row => row.Seq));
        for (var writer = 0; writer < acknowledged.Length; writer++)
        {
            var numbers = rows.Where(row => row.Key == $"s:{writer}").Select(row => BitConverter.ToInt32(row.Published!.Value.Span)).ToList();
            Assert.Equal(Enumerable.Range(1, numbers.Count), numbers);
            Assert.InRange(numbers.Count, acknowledged[writer], acknowledged[writer] + 1);
            Assert.Equal(numbers.Count, storage.Scalar($"select Version from OrleansStorage where GrainIdExtensionString = 's:{writer}'"));
        }
    }

    [Fact]
    public async Task A_connection_lost_at_the_commit_is_an_unknown_outcome_and_the_next_write_succeeds()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        await storage.Save("s:a", null, [1]);
        // The server ends the connection of whoever commits this row: a deferred trigger runs inside the commit.
        storage.Execute("""
            create function leave() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
            create constraint trigger leaving after insert on changes deferrable initially deferred for each row when (new.kind = 'thing') execute function leave();
            """);
        await Assert.ThrowsAsync<SaveOutcomeUnknownException>(() => storage.Save("s:a", 1, [2], Change("a", 1)));
        storage.Execute("drop trigger leaving on changes");
        Assert.Equal(2, (await storage.Save("s:a", 1, [3], Change("a", 1))).Version);
    }

    [Fact]
    public async Task A_question_that_takes_too_long_is_asked_once_and_told_as_what_it_is()
    {
        await using var storage = await TestStorage.Open(Database.Postgres, options => (PostgresOptions)options with { CommandTimeout = TimeSpan.FromSeconds(1) });
        var asked = 0;

        var failure = await Assert.ThrowsAsync<StorageUnusableException>(() => ((PostgresTestDatabase)storage.Database).Opened.Guarded(
            async connection =>
            {
                asked++;
                await using var command = new NpgsqlCommand("select pg_sleep(60)", connection);
                return await command.ExecuteScalarAsync(Cancel);
            },
            Cancel));

        Assert.Equal(1, asked);
        Assert.Contains("did not answer within 1 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Other_silos_hear_of_a_traced_write_and_the_writer_does_not()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        await using var other = await TestStorage.Open(Database.Postgres, beside: storage);
        var (own, heard) = (new Traces(), new Traces());
        await using var ownEar = own.Listen(storage);
        await using var ear = heard.Listen(other);
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == nameof(PostgresTests),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(PostgresTests));
        using var writer = source.StartActivity("grain")!;

        (long, string, ActivityContext) told;
        for (var write = 0; !heard.Told.Reader.TryRead(out told); write++)
        {
            await storage.Save("s:a", write == 0 ? null : write, [1], Change("a", 1)).WaitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(("thing", writer.TraceId, writer.SpanId), (told.Item2, told.Item3.TraceId, told.Item3.SpanId));

        var notice = new TraceNotice("another", 99, ["zone", "thing"], new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded));
        while (!own.Told.Reader.TryRead(out told))
        {
            storage.Execute($"select pg_notify('{TraceNotice.Channel}', '{notice}'), pg_notify('{TraceNotice.Channel}', 'another 7 zone 00-nonsense')");
        }

        Assert.Equal((99, "zone,thing", notice.Trace.SpanId), (told.Item1, told.Item2, told.Item3.SpanId));
    }

    [Fact]
    public async Task A_write_that_the_server_refuses_for_a_while_is_tried_again_and_then_failed()
    {
        await using var storage = await TestStorage.Open(
            Database.Postgres, options => (PostgresOptions)options with { RetryFor = TimeSpan.FromSeconds(1), RetryPauseMax = TimeSpan.FromMilliseconds(50) });
        await storage.Save("s:a", null, [1]);
        storage.Execute("alter table OrleansStorage add constraint no check (length(PayloadBinary) < 2) not valid");
        await Assert.ThrowsAsync<SaveFailedException>(() => storage.Save("s:a", 1, [1, 2]));
        Assert.Equal(2, (await storage.Save("s:a", 1, [3])).Version);
        Assert.Null(storage.Committer.Fault);
    }

    [Fact]
    public async Task A_silo_that_stands_still_in_a_group_holds_the_others_up_only_for_a_while()
    {
        await using var storage = await TestStorage.Open(Database.Postgres, options => (PostgresOptions)options with { StandstillMax = TimeSpan.FromMilliseconds(300) });
        var other = ((PostgresTestDatabase)storage.Database).Opened;
        await using var standing = other.OpenWriter();
        using var group = new GroupStatement(standing, other.Options);
        await using var transaction = await standing.BeginTransactionAsync(Cancel);
        var save = new PendingSave(StoredKey.Of("thing", GrainId.Create("thing", "s:other"), "city"), null, new byte[] { 1 }, [Change("other", 1)]);
        group.Write(other.Drawn, DateTimeOffset.UnixEpoch, [save], [0], new Saved?[1]);
        Assert.Equal(1, (await storage.Save("s:mine", null, [1], Change("mine", 1)).WaitAsync(Patience, Cancel)).Seq);
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => transaction.CommitAsync(Cancel));
    }

    [Fact]
    public async Task A_row_written_twice_in_one_group_is_written_in_order()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        using var writer = storage.Database.OpenWriter(TimeProvider.System);
        PendingSave Save(string key, int? expected, byte status) =>
            new(StoredKey.Of("thing", GrainId.Create("thing", key), "city"), expected, new[] { status }, [Change(key, status)]);
        var outcomes = writer.Write([Save("s:a", 7, 1), Save("s:b", null, 2), Save("s:a", null, 3), Save("s:a", 1, 4), Save("s:a", 1, 5)]);
        Assert.Equal([null, new(1, 1), new(1, 2), new(2, 3), null], outcomes);
        Assert.Equal([2, 3, 4], (await storage.ReadAll()).Select(row => row.Published!.Value.Span[0]));
    }

    [Fact]
    public async Task What_another_silo_writes_is_heard_of_without_being_told()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var waiting = storage.Log.WaitBeyond(0, Cancel);
        storage.Execute("insert into changes values (1, 0, 'thing', 'a', 1, '\\x01'); update change_head set head = 1;");
        await waiting.WaitAsync(Patience, Cancel);
        Assert.Equal(1, storage.Log.Head);
    }

    [Theory]
    [InlineData("update change_head set epoch = 'another'")]
    [InlineData("update change_head set head = 0")]
    public async Task A_silo_stops_when_its_data_becomes_other_data(string restore)
    {
        var silo = new SiloLifetime();
        await using var storage = await TestStorage.Open(Database.Postgres, silo: silo);
        await storage.Save("s:a", null, [1], Change("a", 1));
        var waiting = storage.Log.WaitBeyond(1, Cancel);
        var epoch = storage.Log.Epoch;
        storage.Execute(restore);
        await silo.Stopped.WaitAsync(Patience, Cancel);
        Assert.Contains("restored", storage.Committer.Fault!.Message, StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);
        await using var later = await TestStorage.Open(Database.Postgres, beside: storage);
        Assert.NotEqual(epoch, later.Log.Epoch);
    }

    [Fact]
    public async Task A_copied_database_is_another_log()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var (server, _) = await PostgresFixture.Get();
        var database = (PostgresTestDatabase)storage.Database;
        var epoch = storage.Log.Epoch;
        await storage.Committer.Stop();
        database.Opened.Dispose();
        var copy = await server.Create(Cancel, database.Name);
        using var opened = PostgresDatabase.Open(new() { ConnectionString = server.ConnectionString(copy) });
        Assert.NotEqual(epoch, opened.Epoch);
    }

    [Theory]
    [InlineData("Host=a", 20)]
    [InlineData("Host=a;Maximum Pool Size=7", 7)]
    [InlineData("Host=a;MaxPoolSize=8", 8)]
    public void A_silo_takes_no_more_connections_than_it_is_given(string connectionString, int most) =>
        Assert.Equal(most, new Npgsql.NpgsqlConnectionStringBuilder(new PostgresOptions { ConnectionString = connectionString }.Pooled).MaxPoolSize);

    [Fact]
    public async Task A_group_and_the_stock_provider_never_make_two_rows_of_one_key()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        await storage.Save("s:a", null, [1]);
        Assert.Throws<Npgsql.PostgresException>(() => storage.Execute("insert into OrleansStorage select * from OrleansStorage"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Save("s:a", null, [1]));
    }

    /// <returns>The last number that was acknowledged.</returns>
    private static async Task<int> Count(TestStorage storage, string key, CancellationToken stop)
    {
        var (acknowledged, stored) = (0, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await storage.Save(key, stored == 0 ? null : stored, BitConverter.GetBytes(stored + 1), new PublishedChange("number", key, BitConverter.GetBytes(stored + 1)));
                acknowledged = ++stored;
            }
            catch (SaveFailedException)
            {
                // Nothing was written: the same again.
            }
            catch (SaveOutcomeUnknownException)
            {
                stored = (int)await Reread(storage, key, stop);
            }
        }

        return acknowledged;
    }

    private static async Task<long> Reread(TestStorage storage, string key, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                return storage.Scalar($"select coalesce(max(Version), 0) from OrleansStorage where GrainIdExtensionString = '{key}'");
            }
            catch (Npgsql.NpgsqlException) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private sealed class Traces : ITracedCommits
    {
        public Channel<(long Seq, string Kinds, ActivityContext Writer)> Told { get; } = Channel.CreateUnbounded<(long, string, ActivityContext)>();

        public PostgresListener Listen(TestStorage storage)
        {
            var listener = new PostgresListener(((PostgresTestDatabase)storage.Database).Opened, TimeProvider.System, _ => { }, NullLogger<PostgresListener>.Instance, this);
            listener.Start();
            return listener;
        }

        public void Heard(long seq, ImmutableArray<string> kinds, ActivityContext writer) => Told.Writer.TryWrite((seq, string.Join(',', kinds), writer));
    }
}
