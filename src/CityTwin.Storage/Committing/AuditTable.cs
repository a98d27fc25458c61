using System.Collections.Immutable;
using System.Data.Common;
using CityTwin.Core.Audit;

namespace CityTwin.Storage.Committing;

/// <summary>The audit log's two tables, which are alike in both databases and so is their SQL.</summary>
internal static class AuditTable
{
    /// <summary>Adds, inside the open transaction, the acts of those writes of a group that were done.</summary>
    public static void Append(DbConnection connection, IReadOnlyList<PendingSave> group, Saved?[] outcomes)
    {
        List<AuditEntry>? done = null;
        for (var place = 0; place < group.Count; place++)
        {
            if (!group[place].Acts.IsEmpty && outcomes[place] is not null)
            {
                (done ??= []).AddRange(group[place].Acts);
            }
        }

        if (done is not null)
        {
            Append(connection, done);
        }
    }

    /// <summary>One whose act is in the log already is left out.</summary>
    private static void Append(DbConnection connection, List<AuditEntry> entries)
    {
        // A statement that changes nothing, so that it locks the row: who comes next waits here.
        using var locking = Command(connection, "update audit_edge set size = size where id = 1 returning size, peaks");
        TreeEdge edge;
        using (var row = locking.ExecuteReader())
        {
            row.Read();
            edge = ReadEdge(row);
        }

        using var insert = Command(connection,
            "insert into audit (place, id, entry, completed, root) values (@place, @id, @entry, @completed, @root) on conflict (id) do nothing",
            "place", "id", "entry", "completed", "root");
        foreach (var entry in entries)
        {
            var next = edge;
            var added = AuditRow.Append(ref next, entry.ToJson());
            insert.Parameters["place"].Value = added.Index;
            insert.Parameters["id"].Value = entry.Id;
            insert.Parameters["entry"].Value = added.Entry.ToArray();
            insert.Parameters["completed"].Value = Bytes(added.Completed);
            insert.Parameters["root"].Value = Bytes([added.Root]);
            edge = insert.ExecuteNonQuery() == 1 ? next : edge;
        }

        using var write = Command(connection, "update audit_edge set size = @size, peaks = @peaks where id = 1", "size", "peaks");
        write.Parameters["size"].Value = edge.Size;
        write.Parameters["peaks"].Value = Bytes(edge.Peaks);
        write.ExecuteNonQuery();
    }

    public static async Task<TreeEdge> Edge(DbConnection connection, CancellationToken cancellation)
    {
        await using var command = Command(connection, "select size, peaks from audit_edge where id = 1");
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await row.ReadAsync(cancellation).ConfigureAwait(false);
        return ReadEdge(row);
    }

    public static async Task<ImmutableArray<AuditRow>> Read(DbConnection connection, long from, int max, CancellationToken cancellation)
    {
        await using var command = Command(connection,
            "select place, entry, completed, root from audit where place >= @from order by place limit @max", "from", "max");
        command.Parameters["from"].Value = from;
        command.Parameters["max"].Value = max;
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var rows = ImmutableArray.CreateBuilder<AuditRow>();
        while (await row.ReadAsync(cancellation).ConfigureAwait(false))
        {
            rows.Add(new(row.GetInt64(0), (byte[])row[1], Hashes((byte[])row[2]), TreeHash.Read((byte[])row[3])));
        }

        return rows.DrainToImmutable();
    }

    private static TreeEdge ReadEdge(DbDataReader row) => new(row.GetInt64(0), Hashes((byte[])row[1]));

    private static ImmutableArray<TreeHash> Hashes(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / TreeHash.Size).Select(place => TreeHash.Read(bytes.AsSpan(place * TreeHash.Size)))];

    private static byte[] Bytes(ImmutableArray<TreeHash> hashes)
    {
        var bytes = new byte[hashes.Length * TreeHash.Size];
        for (var place = 0; place < hashes.Length; place++)
        {
            hashes[place].Write(bytes.AsSpan(place * TreeHash.Size));
        }

        return bytes;
    }

    private static DbCommand Command(DbConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
