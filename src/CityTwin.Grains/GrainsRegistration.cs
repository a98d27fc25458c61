using CityTwin.Grains.Running;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;

namespace CityTwin.Grains;

/// <summary>Adds what a silo runs beside its grains.</summary>
public static class GrainsRegistration
{
    /// <summary>The watch over coordinator and outboxes.</summary>
    public static ISiloBuilder AddCityTwinGrains(this ISiloBuilder silo)
    {
        silo.Services.AddHostedService<CascadeWatch>();
        return silo;
    }
}
