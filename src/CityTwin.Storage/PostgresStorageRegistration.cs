using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Postgres;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;

namespace CityTwin.Storage;

/// <summary>Gives a silo its storage on PostgreSQL, which it shares with others: grain states, change log, definitions, reminders, the keys of sessions, and which silos there are.</summary>
public static class PostgresStorageRegistration
{
    /// <summary>Orleans' name for PostgreSQL, and that of the driver.</summary>
    private const string Invariant = "Npgsql";

    /// <summary>
    /// Opens the database now, so that a fault is told before anything starts, and registers what
    /// <see cref="SqliteStorageRegistration.AddCityTwinSqliteStorage"/> does, and the membership of the cluster.
    /// </summary>
    /// <exception cref="StorageUnusableException">The database cannot be used; the message is one line that says why.</exception>
    public static ISiloBuilder AddCityTwinPostgresStorage(this ISiloBuilder silo, PostgresOptions options)
    {
        var database = PostgresDatabase.Open(options);
        var services = silo.Services;
        // By a factory, so that the container disposes of it.
        services.AddSingleton(_ => database);
        services.AddSingleton(provider => new PostgresListener(
            provider.GetRequiredService<PostgresDatabase>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<GroupCommitter>().BreakDown,
            provider.GetRequiredService<ILogger<PostgresListener>>(),
            provider.GetService<ITracedCommits>()));
        services.AddSingleton<IChangeLog>(provider => new PostgresChangeLog(
            provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<PostgresListener>()));
        services.AddSingleton<IDefinitionStore>(provider => new PostgresDefinitionStore(provider.GetRequiredService<PostgresDatabase>()));
        services.AddSingleton<IBookmarks>(provider => new PostgresBookmarks(provider.GetRequiredService<PostgresDatabase>()));
        services.AddSingleton<ILeases>(provider => new PostgresLeases(provider.GetRequiredService<PostgresDatabase>()));
        services.AddSingleton<IXmlRepository>(provider => new PostgresSessionKeys(provider.GetRequiredService<PostgresDatabase>()));
        services.AddSingleton<IReadingHistory>(provider => new PostgresReadingHistory(
            provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<GroupCommitter>()));
        services.AddSingleton<IChangeHistory>(provider => new PostgresChangeHistory(
            provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAuditLog>(provider => new PostgresAuditLog(
            provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<GroupCommitter>()));
        silo.AddProviders(Invariant, database.ConnectionString, options, provider => new PostgresGroupWriter(
            provider.GetRequiredService<PostgresDatabase>(), provider.GetRequiredService<TimeProvider>()));
        silo.UseAdoNetClustering(membership =>
        {
            membership.Invariant = Invariant;
            membership.ConnectionString = database.ConnectionString;
        });
        return silo;
    }
}
