using Microsoft.Extensions.DependencyInjection;

namespace CityTwin.Grains.Sensors;

/// <summary>Adds what sensor grains need beside themselves.</summary>
public static class SensorsRegistration
{
    /// <summary>The watch for silent sensors; to be added after the silo, so that it starts after it.</summary>
    public static IServiceCollection AddSilenceWatch(this IServiceCollection services) => services
        .AddSingleton<SilenceWatch>()
        .AddHostedService(provider => provider.GetRequiredService<SilenceWatch>());
}
