using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// The keys of data protection in a table, so that a session and a form hold at every silo and over a restart. Asked seldom,
/// and by a library that does not wait asynchronously.
/// </summary>
internal sealed class PostgresSessionKeys(PostgresDatabase database) : IXmlRepository
{
    /// <summary>"CtSk": whoever stores a key holds this lock, so that another one sees it.</summary>
    private const long LockKey = 0x4374536b;

    public IReadOnlyCollection<XElement> GetAllElements() => Use(connection =>
    {
        using var command = new NpgsqlCommand("select xml from session_keys order by made_at, name", connection);
        using var rows = command.ExecuteReader();
        var elements = new List<XElement>();
        while (rows.Read())
        {
            elements.Add(XElement.Parse(rows.GetString(0)));
        }

        return elements;
    });

    /// <summary>
    /// Stores it, unless it is a key and another silo stored one within the last minute: silos that start together make one
    /// each. The library reads again afterwards, and uses the one that is there; it would not know a second one of another
    /// silo for up to a day.
    /// </summary>
    public void StoreElement(XElement element, string friendlyName) => Use(connection =>
    {
        using var transaction = connection.BeginTransaction();
        PostgresSchema.Run(connection, $"select pg_advisory_xact_lock({LockKey})");
        using var command = new NpgsqlCommand(
            "insert into session_keys (name, xml) select $1, $2 where not $3 or not exists "
            + "(select from session_keys where name like 'key-%' and made_at > clock_timestamp() - interval '1 minute') on conflict do nothing",
            connection);
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(element.ToString(SaveOptions.DisableFormatting));
        command.Parameters.AddWithValue(element.Name.LocalName == "key");
        command.ExecuteNonQuery();
        transaction.Commit();
        return true;
    });

    /// <summary>As <see cref="PostgresDatabase.Use"/>: once more, when the server was away and nobody has noticed.</summary>
    private T Use<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            return Once(work);
        }
        catch (Exception fault) when (PostgresFaults.IsBroken(fault))
        {
            database.Forget();
            return Once(work);
        }
    }

    private T Once<T>(Func<NpgsqlConnection, T> work)
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        return work(connection);
    }
}
