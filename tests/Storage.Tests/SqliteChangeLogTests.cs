using Microsoft.Extensions.Time.Testing;

namespace CityTwin.Storage.Tests;

public sealed class SqliteChangeLogTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_ends_at_the_next_poll_after_another_process_has_written()
    {
        var time = new FakeTimeProvider();
        await using var storage = await TestStorage.Open(Database.Sqlite, time: time);
        var waiting = storage.Log.WaitBeyond(0, Cancel);
        storage.Execute("insert into changes values (1, 0, 'thing', 'a', 1, x'01'); update change_head set head = 1;");
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), Cancel);
        Assert.Equal(1, storage.Log.Head);
    }

    [Fact(Timeout = 60_000)]
    public async Task Reading_ends_when_nobody_waits_for_it_any_more()
    {
        await using var storage = await TestStorage.Open(Database.Sqlite);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var begun = new TaskCompletionSource();
        var reading = ((SqliteTestDatabase)storage.Database).Database.Use(
            connection =>
            {
                connection.CreateFunction("begun", () => begun.TrySetResult());
                using var command = connection.CreateCommand();
                command.CommandText = "with recursive endless(n) as (select begun() union all select n + 1 from endless) select count(*) from endless";
                return Task.FromResult(command.ExecuteScalar());
            },
            leaving.Token);
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Reading_the_rows_of_alerts_does_not_walk_through_all_others()
    {
        await using var storage = await TestStorage.Open(Database.Sqlite);
        Assert.Equal(1, storage.Scalar(
            "select count(*) from pragma_index_list('changes') where name = 'changes_alerts' and partial = 1"));
        using var connection = ((SqliteTestDatabase)storage.Database).Database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "explain query plan select seq, published from changes where kind = 'alert' and seq > 5 order by seq limit 10";
        using var plan = command.ExecuteReader();
        Assert.True(plan.Read());
        Assert.Contains("changes_alerts", plan.GetString(3), StringComparison.Ordinal);
    }
}
