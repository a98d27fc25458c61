using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// Writes groups to PostgreSQL. After any error it opens a new connection: what state the old one is in, nobody needs to
/// find out. While nothing was written, the group is tried again for a while, so that a restart of the database is a
/// pause and not a failure.
/// </summary>
internal sealed class PostgresGroupWriter(PostgresDatabase database, TimeProvider time) : IGroupWriter
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private Open? _open;
    private long? _troubleSince;
    private TimeSpan _pause;

    /// <inheritdoc/>
    public Saved?[] Write(IReadOnlyList<PendingSave> group)
    {
        if (_troubleSince is not null)
        {
            Wait();
        }

        while (true)
        {
            try
            {
                var (outcomes, head) = Attempt(group);
                database.Head.Advance(head);
                _troubleSince = null;
                return outcomes;
            }
            catch (SaveFailedException) when (TryAgain())
            {
                Wait();
            }
        }
    }

    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    /// <summary>True as long as the trouble is young; then each further group waits once and is tried once.</summary>
    private bool TryAgain()
    {
        _pause = _troubleSince is null ? FirstPause : _pause * 2 < database.Options.RetryPauseMax ? _pause * 2 : database.Options.RetryPauseMax;
        return time.GetElapsedTime(_troubleSince ??= time.GetTimestamp()) < database.Options.RetryFor;
    }

    /// <summary>This thread has nothing else to do, so it may.</summary>
    private void Wait() => Task.Delay(_pause, time).GetAwaiter().GetResult();

    private (Saved?[] Outcomes, long Head) Attempt(IReadOnlyList<PendingSave> group)
    {
        var committing = false;
        try
        {
            var open = _open ??= new Open(database.OpenWriter(), database.Options);
            var isKept = database.Options.HistoryKeptFor > TimeSpan.Zero;
            open.Readings.MakeDays(time.GetUtcNow());
            using var transaction = open.Connection.BeginTransaction();
            var outcomes = new Saved?[group.Count];
            var (head, at) = (0L, time.GetUtcNow());
            foreach (var place in Enumerable.Range(0, group.Count).Where(place => !group[place].HasState))
            {
                outcomes[place] = new Saved(0, null);
            }

            foreach (var pass in PassesOf(group).Where(pass => pass.Count > 0))
            {
                head = open.Group.Write(database.Drawn, at, group, pass, outcomes);
            }

            if (isKept && ReadingTable.Of(group, outcomes) is { } kept)
            {
                open.Readings.Keep(kept);
            }

            if (isKept)
            {
                open.History.Keep(group, outcomes, at);
            }

            // Last: late readings lock the head of the change log, as states do, and whoever locks both does so in this order.
            AuditTable.Append(open.Connection, group, outcomes);
            TraceNotice.Tell(open.Connection, database.Self, group, outcomes);

            committing = true;
            transaction.Commit();
            return (outcomes, head);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            // Closing the connection rolls back what is open.
            Dispose();
            if (PostgresFaults.IsBroken(fault))
            {
                database.Forget();
            }

            throw PostgresFaults.IsFatal(fault) ? PostgresFaults.Unusable(database.Options, fault)
                : committing ? new SaveOutcomeUnknownException($"The commit to {database.Options.Place} failed: {PostgresFaults.OneLine(fault)}", fault)
                : new SaveFailedException($"Nothing was written to {database.Options.Place}: {PostgresFaults.OneLine(fault)}", fault);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// Mostly one. A row that the group writes twice (two activations of one grain, for a moment) is written in as many
    /// passes, so that each finds what the one before it has left.
    /// </summary>
    private static List<List<int>> PassesOf(IReadOnlyList<PendingSave> group)
    {
        var times = new Dictionary<StoredKey, int>(group.Count, StoredKeyComparer.Instance);
        List<List<int>> passes = [new(group.Count)];
        for (var place = 0; place < group.Count; place++)
        {
            if (!group[place].HasState)
            {
                continue;
            }

            var pass = times.GetValueOrDefault(group[place].Key);
            times[group[place].Key] = pass + 1;
            if (pass == passes.Count)
            {
                passes.Add([]);
            }

            passes[pass].Add(place);
        }

        return passes;
    }

    /// <summary>A connection with its prepared statements.</summary>
    private sealed class Open : IDisposable
    {
        public Open(NpgsqlConnection connection, StorageOptions limits)
        {
            Connection = connection;
            try
            {
                Group = new GroupStatement(connection, limits);
                Readings = new ReadingStatement(connection, limits);
                History = new HistoryStatement(connection);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public NpgsqlConnection Connection { get; }

        public GroupStatement Group { get; }

        public ReadingStatement Readings { get; }

        public HistoryStatement History { get; }

        public void Dispose()
        {
            Group.Dispose();
            Readings.Dispose();
            History.Dispose();
            Connection.Dispose();
        }
    }
}
