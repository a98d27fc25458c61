using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace CityTwin.Storage;

/// <summary>Gives a silo its storage in one SQLite file: grain states, change log, definitions and reminders.</summary>
public static class SqliteStorageRegistration
{
    /// <summary>Orleans' name for SQLite; it then loads the driver Microsoft.Data.Sqlite.</summary>
    private const string Invariant = "System.Data.SQLite";

    /// <summary>
    /// Opens the database now, so that a fault is told before anything starts, and registers <see cref="IChangeLog"/>,
    /// <see cref="IDefinitionStore"/>, <see cref="IBookmarks"/>, the providers of <see cref="StorageNames"/> and the reminder table.
    /// </summary>
    /// <exception cref="StorageUnusableException">The database cannot be used; the message is one line that says why.</exception>
    public static ISiloBuilder AddCityTwinSqliteStorage(this ISiloBuilder silo, SqliteOptions options)
    {
        var database = SqliteDatabase.Open(options);
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        // By a factory, so that the container disposes of it.
        services.AddSingleton(_ => database);
        services.AddSingleton<IChangeLog>(provider => new SqliteChangeLog(
            provider.GetRequiredService<SqliteDatabase>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IDefinitionStore>(provider => new SqliteDefinitionStore(provider.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton<IBookmarks>(provider => new SqliteBookmarks(provider.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton(provider => new GroupCommitter(
            provider.GetRequiredService<SqliteDatabase>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<GroupCommitter>>()));
        silo.AddAdoNetGrainStorage(StorageNames.Plain, stock => stock.Configure<Serializer>((settings, serializer) =>
        {
            settings.Invariant = Invariant;
            settings.ConnectionString = database.ConnectionString;
            settings.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
            settings.HashPicker = new StorageHasherPicker([new OrleansDefaultHasher()]);
        }));
        services.AddGrainStorage(StorageNames.Published, (provider, _) => new GroupCommitStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(StorageNames.Plain),
            provider.GetRequiredService<Serializer>(),
            provider.GetRequiredService<GroupCommitter>(),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            options.StateBytesMax));
        silo.UseAdoNetReminderService(reminders => reminders.Configure(settings =>
        {
            settings.Invariant = Invariant;
            settings.ConnectionString = database.ConnectionString;
        }));
        return silo;
    }
}
