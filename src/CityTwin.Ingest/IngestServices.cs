using CityTwin.Ingest.Leasing;
using CityTwin.Ingest.Outgoing;
using CityTwin.Ingest.Sparkplug;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CityTwin.Ingest;

/// <summary>Adds ingest to a host.</summary>
public static class IngestServices
{
    /// <summary>
    /// Adds the broker (or the connection to an external one) and <see cref="IMqttPublisher"/>, <see cref="MalformedLog"/>,
    /// <see cref="Intake"/>; an external broker needs the <c>ILeases</c> of the storage. Messages go to the sensors' grains unless the host has put another <see cref="ISensorDoor"/> before.
    /// </summary>
    /// <exception cref="ArgumentException">The options are wrong; the message names every wrong key.</exception>
    public static IServiceCollection AddCityTwinIngest(this IServiceCollection services, IngestOptions options)
    {
        var faults = options.Faults();
        if (faults.Count > 0)
        {
            throw new ArgumentException("Ingest: " + string.Join(" ", faults), nameof(options));
        }

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ISensorDoor, GrainSensorDoor>();
        services.AddSingleton(options);
        services.AddSingleton(new MalformedLog(options.MalformedKept));
        services.AddSingleton<IngestInstruments>();
        services.AddSingleton<Intake>();
        services.AddSingleton<StreamIntake>();
        if (options.Sparkplug is not null)
        {
            services.AddSingleton<SparkplugConnection>();
            services.AddHostedService(provider => provider.GetRequiredService<SparkplugConnection>());
        }

        return options.External is null
            ? services.AddBroker<EmbeddedBroker>()
            : services.AddBroker<ExternalBroker>();
    }

    /// <summary>
    /// Adds what goes out: alerts and zone statuses. The host keeps a view (<c>AddCityTwinView</c>) and brings the storage and
    /// <see cref="OutgoingWords"/>.
    /// </summary>
    public static IServiceCollection AddCityTwinPublishing(this IServiceCollection services) =>
        services.AddHostedService<AlertPublisher>().AddHostedService<ZonePublisher>();

    private static IServiceCollection AddBroker<TBroker>(this IServiceCollection services)
        where TBroker : class, IMqttPublisher, Microsoft.Extensions.Hosting.IHostedService =>
        services
            .AddSingleton<TBroker>()
            .AddSingleton<IMqttPublisher>(provider => provider.GetRequiredService<TBroker>())
            .AddHostedService(provider => provider.GetRequiredService<TBroker>());
}
