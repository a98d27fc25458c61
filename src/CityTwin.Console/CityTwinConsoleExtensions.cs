using CityTwin.Client;
using CityTwin.Console.Api;
using CityTwin.Console.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;

namespace CityTwin.Console;

/// <summary>How a server gets the operator console.</summary>
public static class CityTwinConsoleExtensions
{
    /// <summary>
    /// The most a browser may send over its circuit in one message, in bytes: an answer of the API for a panel, or the
    /// lists around the map.
    /// </summary>
    private const long MessageBytesMax = 4 * 1024 * 1024;

    /// <summary>How often a call of a panel is tried while no silo can take it.</summary>
    private const int AttemptsMax = 4;

    /// <summary>Adds what the console needs.</summary>
    public static IServiceCollection AddCityTwinConsole(this IServiceCollection services)
    {
        services.AddRazorComponents()
            .AddInteractiveServerComponents()
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = MessageBytesMax);
        services.AddRadzenComponents();
        services.TryAddSingleton(TimeProvider.System);
        // One of each for an open page. Fewer tries than a program's: whoever looks at it is told within a second.
        services.AddScoped<BrowserInvoker>();
        services.AddScoped(page => new CityTwinClient(
            page.GetRequiredService<BrowserInvoker>(),
            new() { AttemptsMax = AttemptsMax, Deadline = BrowserInvoker.LongestCall, Time = page.GetRequiredService<TimeProvider>() }));
        return services;
    }

    /// <summary>
    /// Serves the console at <c>/</c> with its files, under security headers. The console speaks to the public REST API
    /// of the same origin (<c>/v1/...</c>) and to nothing else.
    /// </summary>
    /// <param name="guard">Put on every endpoint: says who may have it.</param>
    public static IEndpointRouteBuilder MapCityTwinConsole(this IEndpointRouteBuilder endpoints, Action<EndpointBuilder>? guard = null)
    {
        var files = endpoints.MapStaticAssets();
        files.Add(SecurityHeaders.Wrap);
        var pages = endpoints.MapRazorComponents<ConsoleApp>();
        // The framework's own policy would be a second, weaker one. The console posts no forms, so it needs no tokens.
        pages.AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        pages.DisableAntiforgery();
        pages.Add(PagesTakeNothing.Wrap);
        pages.Add(SecurityHeaders.Wrap);
        if (guard is not null)
        {
            files.Add(guard);
            pages.Add(guard);
        }

        return endpoints;
    }
}
