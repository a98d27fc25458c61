using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
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

/// <summary>What is wired alike over both databases.</summary>
internal static class StorageRegistration
{
    /// <summary>Adds the providers of <see cref="StorageNames"/> and the reminder table.</summary>
    /// <param name="invariant">Orleans' name for the database; it then loads the driver that goes with it.</param>
    /// <param name="open">Makes the writer of groups.</param>
    public static void AddProviders(
        this ISiloBuilder silo, string invariant, string connectionString, StorageOptions limits, Func<IServiceProvider, IGroupWriter> open)
    {
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new GroupCommitter(
            limits,
            () => open(provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<IHostApplicationLifetime>(),
            provider.GetRequiredService<ILogger<GroupCommitter>>()));
        silo.AddAdoNetGrainStorage(StorageNames.Plain, stock => stock.Configure<Serializer>((settings, serializer) =>
        {
            settings.Invariant = invariant;
            settings.ConnectionString = connectionString;
            settings.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
            settings.HashPicker = new StorageHasherPicker([new OrleansDefaultHasher()]);
        }));
        services.AddGrainStorage(StorageNames.Published, (provider, _) => new GroupCommitStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(StorageNames.Plain),
            provider.GetRequiredService<Serializer>(),
            provider.GetRequiredService<GroupCommitter>(),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            limits.StateBytesMax));
        silo.UseAdoNetReminderService(reminders => reminders.Configure(settings =>
        {
            settings.Invariant = invariant;
            settings.ConnectionString = connectionString;
        }));
    }
}
