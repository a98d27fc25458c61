using CityTwin.Core.Model;
using CityTwin.Grains.Storing;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Sqlite;

/// <summary>City definitions in a table of their own. SQLite works synchronously, so both calls leave the caller's scheduler.</summary>
internal sealed class SqliteDefinitionStore(SqliteDatabase database) : IDefinitionStore
{
    public Task Save(CityHash hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                lock (database.Shared.WriteTurn)
                {
                    using var connection = database.OpenWriter();
                    using var command = connection.CreateCommand();
                    command.CommandText = "insert into definitions (hash, definition) values (@hash, @definition) on conflict do nothing";
                    command.Parameters.AddWithValue("@hash", hash.Value);
                    command.Parameters.AddWithValue("@definition", definition.ToArray());
                    command.ExecuteNonQuery();
                }
            }
            catch (SqliteException fault)
            {
                // The statement commits itself, and a repeat is harmless: nobody needs to know how far it got.
                throw new SaveOutcomeUnknownException($"The city definition {hash} was not saved: {fault.Message}", fault);
            }
        },
        cancellation);

    public Task<ReadOnlyMemory<byte>?> Load(CityHash hash, CancellationToken cancellation) => Task.Run(
        () =>
        {
            try
            {
                using var connection = database.OpenReader();
                using var command = connection.CreateCommand();
                command.CommandText = "select definition from definitions where hash = @hash";
                command.Parameters.AddWithValue("@hash", hash.Value);
                return command.ExecuteScalar() is byte[] bytes ? bytes : (ReadOnlyMemory<byte>?)null;
            }
            catch (SqliteException fault)
            {
                throw SqliteDatabase.Unusable(database.Options, fault);
            }
        },
        cancellation);
}
