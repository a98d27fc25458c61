using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CityTwin.Console.Live;

/// <summary>The half of the console that runs in the browser: the map, its watch of the city, and what they know.</summary>
internal sealed class Browser(IJSObjectReference page, IJSObjectReference memory) : IAsyncDisposable
{
    private const string Modules = "./_content/CityTwin.Console/js/";

    /// <summary>Starts it on the console's root element; <paramref name="panels"/> is who it tells.</summary>
    public static async Task<Browser> Start(IJSRuntime runtime, ElementReference root, object panels)
    {
        var memory = await runtime.InvokeAsync<IJSObjectReference>("import", Modules + "memory.js");
        await using var console = await runtime.InvokeAsync<IJSObjectReference>("import", Modules + "console.js");
        var page = await console.InvokeAsync<IJSObjectReference>("start", root, panels);
        return new Browser(page, memory);
    }

    /// <summary>The module that asks the API.</summary>
    public static ValueTask<IJSObjectReference> Rest(IJSRuntime runtime, CancellationToken cancellation) =>
        runtime.InvokeAsync<IJSObjectReference>("import", cancellation, Modules + "rest.js");

    public ValueTask Select(string? name, bool isShown) => page.InvokeVoidAsync("select", name, isShown);

    public ValueTask<Findings> Search(string query) => page.InvokeAsync<Findings>("search", query);

    public ValueTask SetService(string service) => page.InvokeVoidAsync("setService", service);

    public ValueTask FocusMap() => page.InvokeVoidAsync("focusMap");

    /// <summary>Flashes a past cascade again; <paramref name="changes"/> are names with their level before.</summary>
    public ValueTask Replay(IEnumerable<object[]> changes, IEnumerable<string> roots) => page.InvokeVoidAsync("replay", changes, roots);

    public ValueTask Remember(string key, string value) => memory.InvokeVoidAsync("remember", key, value);

    public ValueTask<string?> Remembered(string key) => memory.InvokeAsync<string?>("remembered", key);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await page.InvokeVoidAsync("stop");
            await page.DisposeAsync();
            await memory.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone, and took with it what was to be stopped.
        }
    }
}
