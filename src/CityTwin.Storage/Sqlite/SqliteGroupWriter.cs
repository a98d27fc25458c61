using System.Globalization;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>
/// Writes groups to a SQLite file. After any error it opens a new connection: what state the old one is in, nobody needs
/// to find out.
/// </summary>
internal sealed class SqliteGroupWriter(SqliteDatabase database, TimeProvider time) : IGroupWriter
{
    private const string KeyMatches =
        "GrainIdHash = ?1 and GrainTypeHash = ?2 and GrainIdN0 = ?3 and GrainIdN1 = ?4 and GrainTypeString = ?5 "
        + "and GrainIdExtensionString is ?6 and ServiceId = ?7";

    private Open? _open;

    /// <inheritdoc/>
    public Saved?[] Write(IReadOnlyList<PendingSave> group)
    {
        lock (database.Shared.WriteTurn)
        {
            var (outcomes, head) = Attempt(group);
            database.Shared.Head.Advance(head);
            return outcomes;
        }
    }

    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    private (Saved?[] Outcomes, long Head) Attempt(IReadOnlyList<PendingSave> group)
    {
        var committing = false;
        try
        {
            var open = _open ??= new Open(database.OpenWriter());
            open.Begin.Run();
            var (head, firstKept) = open.ReadHead.Row();
            var first = head;
            var at = time.GetUtcNow();
            var modifiedOn = at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
            var isKept = database.Options.HistoryKeptFor > TimeSpan.Zero;
            var outcomes = new Saved?[group.Count];
            for (var place = 0; place < group.Count; place++)
            {
                outcomes[place] = group[place].HasState ? WriteOne(open, group[place], modifiedOn, at.ToUnixTimeMilliseconds(), isKept, ref head) : new Saved(0, null);
            }

            AuditTable.Append(open.Connection, group, outcomes);
            open.Readings.Keep(group, outcomes, database.Options, at);

            if (head > first)
            {
                open.History.Trim(database.Options, at);
                firstKept = SqliteRetention.Trim(open.Trim, database.Options, head, firstKept, at);
                open.WriteHead.Bind(1, head).Bind(2, firstKept).Run();
            }

            committing = true;
            open.Commit.Run();
            return (outcomes, head);
        }
        catch (SqliteException fault)
        {
            // Closing the connection rolls back what is open.
            Dispose();
            throw SqliteDatabase.IsFatal(fault) ? SqliteDatabase.Unusable(database.Options, fault)
                : committing ? new SaveOutcomeUnknownException($"The commit to {database.Options.FilePath} failed: {fault.Message}", fault)
                : new SaveFailedException($"Nothing was written to {database.Options.FilePath}: {fault.Message}", fault);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static Saved? WriteOne(Open open, PendingSave save, string modifiedOn, long at, bool isKept, ref long head)
    {
        var key = save.Key;
        var row = save.ExpectedVersion is { } expected ? open.Update.Bind(10, expected) : open.Insert;
        var written = row
            .Bind(1, key.IdHash).Bind(2, key.TypeHash).Bind(3, key.N0).Bind(4, key.N1)
            .Bind(5, key.StateName).BindText(6, key.Extension).Bind(7, key.ServiceId)
            .Bind(8, save.State).Bind(9, modifiedOn)
            .Run();
        if (written == 0)
        {
            return null;
        }

        var version = (save.ExpectedVersion ?? 0) + 1;
        foreach (var change in save.Changes)
        {
            head++;
            Publish(open, change, head, at, version);
            if (isKept && change.IsHistory)
            {
                open.History.Keep(change, head, at, version);
            }
        }

        return new Saved(version, save.Changes.IsEmpty ? null : head);
    }

    private static void Publish(Open open, PublishedChange change, long seq, long at, int version)
    {
        open.Log.Bind(1, seq).Bind(2, at).Bind(3, change.Kind).Bind(4, change.Key).Bind(5, version).Bind(6, change.Status).Run();
        if (change.Status is { } status)
        {
            open.Publish.Bind(1, seq).Bind(2, at).Bind(3, change.Kind).Bind(4, change.Key).Bind(5, version).Bind(6, status)
                .Bind(7, change.Replaces).Run();
        }
        else
        {
            open.Withdraw.Bind(1, change.Kind).Bind(2, change.Key).Run();
        }

        if (change.Replaces is { } replaced)
        {
            open.Replace.Bind(1, replaced).Bind(2, seq).Run();
        }
    }

    /// <summary>A connection with its prepared statements.</summary>
    private sealed class Open : IDisposable
    {
        private readonly List<Statement> _statements = [];

        public Open(SqliteConnection connection)
        {
            Connection = connection;
            Begin = Prepare("begin immediate");
            Commit = Prepare("commit");
            ReadHead = Prepare("select head, first_kept from change_head");
            WriteHead = Prepare("update change_head set head = ?1, first_kept = ?2");
            Update = Prepare($"update OrleansStorage set PayloadBinary = ?8, ModifiedOn = ?9, Version = Version + 1 where {KeyMatches} and Version = ?10");
            Insert = Prepare(
                "insert into OrleansStorage (GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version) "
                + $"select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1 where not exists (select 1 from OrleansStorage where {KeyMatches})");
            Log = Prepare("insert into changes (seq, at, kind, key, version, published) values (?1, ?2, ?3, ?4, ?5, ?6)");
            Publish = Prepare(
                "insert into published (seq, at, kind, key, version, published, replaces) values (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                + "on conflict (kind, key) do update set seq = excluded.seq, at = excluded.at, version = excluded.version, "
                + "published = excluded.published, replaces = excluded.replaces");
            Withdraw = Prepare("delete from published where kind = ?1 and key = ?2");
            Replace = Prepare("delete from published where kind = ?1 and seq < ?2");
            Trim = new SqliteRetention.Statements(Prepare);
            Readings = new SqliteReadings(Prepare);
            History = new SqliteChanges(Prepare);
        }

        public SqliteConnection Connection { get; }

        public Statement Begin { get; }

        public Statement Commit { get; }

        public Statement ReadHead { get; }

        public Statement WriteHead { get; }

        public Statement Update { get; }

        public Statement Insert { get; }

        public Statement Log { get; }

        public Statement Publish { get; }

        public Statement Withdraw { get; }

        public Statement Replace { get; }

        public SqliteRetention.Statements Trim { get; }

        public SqliteReadings Readings { get; }

        public SqliteChanges History { get; }

        public void Dispose()
        {
            _statements.ForEach(statement => statement.Dispose());
            Connection.Dispose();
        }

        private Statement Prepare(string sql)
        {
            var statement = new Statement(Connection.Handle!, sql);
            _statements.Add(statement);
            return statement;
        }
    }
}
