using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;

namespace CityTwin.Storage.Sqlite;

/// <summary>The audit log in SQLite.</summary>
internal sealed class SqliteAuditLog(SqliteDatabase database, GroupCommitter committer) : IAuditLog
{
    public Task Append(params ImmutableArray<AuditEntry> entries) => committer.Save(PendingSave.Of(entries));

    public Task<TreeEdge> Edge(CancellationToken cancellation) => database.Use(connection => AuditTable.Edge(connection, cancellation), cancellation);

    public Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation) =>
        database.Use(connection => AuditTable.Read(connection, from, max, cancellation), cancellation);
}
