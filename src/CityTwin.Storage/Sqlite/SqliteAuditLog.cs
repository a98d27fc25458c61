using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>The audit log in SQLite, which works synchronously: reads leave the caller's scheduler.</summary>
internal sealed class SqliteAuditLog(SqliteDatabase database, GroupCommitter committer) : IAuditLog
{
    public Task Append(params ImmutableArray<AuditEntry> entries) => committer.Save(PendingSave.Of(entries));

    public Task<TreeEdge> Edge(CancellationToken cancellation) => Read(connection => AuditTable.Edge(connection, cancellation), cancellation);

    public Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation) =>
        Read(connection => AuditTable.Read(connection, from, max, cancellation), cancellation);

    private Task<T> Read<T>(Func<SqliteConnection, Task<T>> read, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            try
            {
                using var connection = database.OpenReader();
                return await read(connection).ConfigureAwait(false);
            }
            catch (SqliteException fault)
            {
                throw SqliteDatabase.Unusable(database.Options, fault);
            }
        },
        cancellation);
}
