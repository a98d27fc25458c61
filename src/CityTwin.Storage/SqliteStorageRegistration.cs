using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace CityTwin.Storage;

/// <summary>Gives a silo its storage in one SQLite file: grain states, change log, definitions and reminders.</summary>
public static class SqliteStorageRegistration
{
    /// <summary>Orleans' name for SQLite; it then loads the driver Microsoft.Data.Sqlite.</summary>
    private const string Invariant = "System.Data.SQLite";

    /// <summary>
    /// Opens the database now, so that a fault is told before anything starts, and registers <see cref="IChangeLog"/>,
    /// <see cref="IDefinitionStore"/>, <see cref="IBookmarks"/>, <see cref="ILeases"/>, <see cref="IAuditLog"/>, <see cref="IReadingHistory"/>, <see cref="IChangeHistory"/>, the providers of <see cref="StorageNames"/> and the reminder table.
    /// </summary>
    /// <exception cref="StorageUnusableException">The database cannot be used; the message is one line that says why.</exception>
    public static ISiloBuilder AddCityTwinSqliteStorage(this ISiloBuilder silo, SqliteOptions options)
    {
        var database = SqliteDatabase.Open(options);
        var services = silo.Services;
        // By a factory, so that the container disposes of it.
        services.AddSingleton(_ => database);
        services.AddSingleton<IChangeLog>(provider => new SqliteChangeLog(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDefinitionStore>(provider => new SqliteDefinitionStore(provider.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton<IBookmarks>(provider => new SqliteBookmarks(provider.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton<ILeases, SqliteLeases>();
        services.AddSingleton<IReadingHistory>(provider => new SqliteReadingHistory(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<GroupCommitter>()));
        services.AddSingleton<IChangeHistory>(provider => new SqliteChangeHistory(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAuditLog>(provider => new SqliteAuditLog(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<GroupCommitter>()));
        silo.AddProviders(Invariant, database.ConnectionString, options, provider => new SqliteGroupWriter(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<TimeProvider>()));
        return silo;
    }
}
