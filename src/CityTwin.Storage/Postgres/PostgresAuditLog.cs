using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>The audit log on PostgreSQL.</summary>
internal sealed class PostgresAuditLog(PostgresDatabase database, GroupCommitter committer) : IAuditLog
{
    public Task Append(params ImmutableArray<AuditEntry> entries) => committer.Save(PendingSave.Of(entries));

    public Task<TreeEdge> Edge(CancellationToken cancellation) => Read(connection => AuditTable.Edge(connection, cancellation), cancellation);

    public Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation) =>
        Read(connection => AuditTable.Read(connection, from, max, cancellation), cancellation);

    private async Task<T> Read<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await database.Use(read, cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }
}
