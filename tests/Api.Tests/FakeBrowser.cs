using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using CityTwin.Client;
using CityTwin.Console;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

namespace CityTwin.Api.Tests;

/// <summary>The console's module for requests, without a browser: what it is asked for goes where the test says.</summary>
internal sealed class FakeBrowser(Func<string, string, string?, CancellationToken, Task<(int Status, string Text)>> fetch) : IJSRuntime, IJSObjectReference
{
    /// <summary>What was asked for, in order: verb, address and body.</summary>
    public ConcurrentQueue<(string Verb, string Url, string? Body)> Requests { get; } = [];

    /// <summary>One whose requests go to a server, as a page of it would send them.</summary>
    public static FakeBrowser Of(HttpClient http) => new(async (verb, url, body, cancellation) =>
    {
        using var request = new HttpRequestMessage(new(verb), new Uri(url, UriKind.Relative));
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellation));
    });

    /// <summary>The typed client as an open page of the console has it.</summary>
    public CityTwinClient Client(TimeProvider? time = null) => new ServiceCollection()
        .AddSingleton(time ?? TimeProvider.System)
        .AddCityTwinConsole()
        .AddSingleton<IJSRuntime>(this)
        .BuildServiceProvider()
        .GetRequiredService<CityTwinClient>();

    public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

    public async ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
    {
        if (identifier == "import")
        {
            return (TValue)(object)this;
        }

        var (verb, url, body) = ((string)args![0]!, (string)args[1]!, (string?)args[2]);
        Requests.Enqueue((verb, url, body));
        var (status, text) = await fetch(verb, url, body, cancellationToken);
        return JsonSerializer.Deserialize<TValue>(JsonSerializer.Serialize(new { status, text }), JsonSerializerOptions.Web)!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
