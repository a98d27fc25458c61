using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>City definitions in a table of their own.</summary>
internal sealed class PostgresDefinitionStore(PostgresDatabase database) : IDefinitionStore
{
    public async Task Save(CityHash hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation)
    {
        try
        {
            await database.Use(
                async connection =>
                {
                    await using var command = new NpgsqlCommand("insert into definitions (hash, definition) values ($1, $2) on conflict do nothing", connection)
                    {
                        Parameters = { new() { Value = hash.Value }, new() { Value = definition } },
                    };
                    return await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            // The statement commits itself, and a repeat is harmless: nobody needs to know how far it got.
            throw new SaveOutcomeUnknownException($"The city definition {hash} was not saved: {PostgresFaults.OneLine(fault)}", fault);
        }
    }

    public async Task<ReadOnlyMemory<byte>?> Load(CityHash hash, CancellationToken cancellation)
    {
        try
        {
            return await database.Use(
                async connection =>
                {
                    await using var command = new NpgsqlCommand("select definition from definitions where hash = $1", connection) { Parameters = { new() { Value = hash.Value } } };
                    return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is byte[] bytes ? bytes : (ReadOnlyMemory<byte>?)null;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.IsOne(fault))
        {
            throw PostgresFaults.Unusable(database.Options, fault);
        }
    }
}
