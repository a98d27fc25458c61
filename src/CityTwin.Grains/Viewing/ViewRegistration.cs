using CityTwin.Grains.Alerts;
using Microsoft.Extensions.DependencyInjection;

namespace CityTwin.Grains.Viewing;

/// <summary>Adds this silo's view of the city.</summary>
public static class ViewRegistration
{
    /// <summary>
    /// A <see cref="LiveView"/> kept by a <see cref="ViewTail"/>, the watch that holds alerts against it, and the <see cref="PastCity"/>. To be added after whatever fills the catalogue and opens
    /// the change log, because the tail begins with the host.
    /// </summary>
    public static IServiceCollection AddCityTwinView(this IServiceCollection services)
    {
        services.AddSingleton<LiveView>();
        services.AddHostedService<ViewTail>();
        services.AddHostedService<AlertWatch>();
        services.AddSingleton<PastCity>();
        services.AddHostedService<HistoryMarks>();
        return services;
    }
}
