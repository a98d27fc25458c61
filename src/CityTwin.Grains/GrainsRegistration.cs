using CityTwin.Grains.Breaches;
using CityTwin.Grains.Running;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace CityTwin.Grains;

/// <summary>Adds what a silo runs beside its grains.</summary>
public static class GrainsRegistration
{
    /// <summary>The watches over coordinator and outboxes, over sleepers, and for silent sensors; and what breaches are run with.</summary>
    public static ISiloBuilder AddCityTwinGrains(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<RunningInstruments>();
        silo.Services.AddSingleton<TracedChanges>();
        silo.Services.AddSingleton<ITracedCommits>(provider => provider.GetRequiredService<TracedChanges>());
        silo.Services.AddSingleton<SleeperWatch>();
        silo.Services.AddHostedService(services => services.GetRequiredService<SleeperWatch>());
        silo.Services.AddHostedService<CascadeWatch>();
        silo.Services.AddSingleton<SensorInstruments>();
        silo.Services.AddSingleton<AwakeSensors>();
        silo.Services.AddSingleton<SilenceWatch>();
        silo.Services.AddHostedService(services => services.GetRequiredService<SilenceWatch>());
        silo.Services.AddSingleton<BreachJobs>();
        silo.Services.AddSingleton<BreachIndex>();
        return silo;
    }
}
