using CityTwin.Grains.Running;
using CityTwin.Grains.Sensors;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace CityTwin.Grains;

/// <summary>Adds what a silo runs beside its grains.</summary>
public static class GrainsRegistration
{
    /// <summary>The watch over coordinator and outboxes, and the watch for silent sensors.</summary>
    public static ISiloBuilder AddCityTwinGrains(this ISiloBuilder silo)
    {
        silo.Services.AddHostedService<CascadeWatch>();
        silo.Services.AddSingleton<SilenceWatch>();
        silo.Services.AddHostedService(services => services.GetRequiredService<SilenceWatch>());
        return silo;
    }
}
