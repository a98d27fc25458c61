using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>Leases in a table of their own.</summary>
internal sealed class PostgresLeases(PostgresDatabase database) : ILeases
{
    /// <summary>A lease that ran out longer ago is forgotten.</summary>
    private static readonly TimeSpan RememberedFor = TimeSpan.FromDays(30);

    public async Task<ImmutableArray<Lease>> Look(CancellationToken cancellation)
    {
        var leases = ImmutableArray.CreateBuilder<Lease>();
        await Use("select name, owner, until > clock_timestamp() from leases order by name", row =>
            leases.Add(new(row.GetString(0), row.GetString(1), row.GetBoolean(2))), leases.Clear, cancellation).ConfigureAwait(false);
        return leases.ToImmutable();
    }

    public async Task<ImmutableHashSet<string>> Hold(
        string owner, IReadOnlyCollection<string> names, TimeSpan term, CancellationToken cancellation)
    {
        var held = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        // In one order, so that two silos that want the same never wait for each other.
        await Use(
            "with forgotten as (delete from leases where until < clock_timestamp() - $4 and name <> all($2)) "
            + "insert into leases as l (name, owner, until) select n, $1, clock_timestamp() + $3 from unnest($2) n order by n collate \"C\" "
            + "on conflict (name) do update set owner = excluded.owner, until = clock_timestamp() + $3 "
            + "where l.owner = excluded.owner or l.until <= clock_timestamp() returning name",
            row => held.Add(row.GetString(0)), held.Clear, cancellation,
            owner, names.ToArray(), term, RememberedFor).ConfigureAwait(false);
        return held.ToImmutable();
    }

    public Task Release(string owner, IReadOnlyCollection<string> names, CancellationToken cancellation) => Use(
        "update leases set until = '-infinity' where owner = $1 and name = any($2)",
        _ => { }, () => { }, cancellation, owner, names.ToArray());

    /// <param name="startOver">Forgets the rows seen, because all is done once more.</param>
    private async Task Use(
        string sql, Action<NpgsqlDataReader> each, Action startOver, CancellationToken cancellation, params object[] values)
    {
        try
        {
            await database.Use(
                async connection =>
                {
                    startOver();
                    await using var command = new NpgsqlCommand(sql, connection);
                    foreach (var value in values)
                    {
                        command.Parameters.Add(new() { Value = value });
                    }

                    await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                    while (await rows.ReadAsync(cancellation).ConfigureAwait(false))
                    {
                        each(rows);
                    }

                    return true;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }
}
