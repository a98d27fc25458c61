using System.Text.Json;
using CityTwin.Console.Live;
using Google.Protobuf;
using Microsoft.JSInterop;

namespace CityTwin.Console.Api;

/// <summary>
/// The public REST API, asked by the browser on behalf of a panel: the same origin, the same sign-in, the same path an
/// outside program would take. Answers are read into the messages of the public contract.
/// </summary>
public sealed class CityApi(IJSRuntime runtime) : IAsyncDisposable
{
    // A newer server may send fields that this console does not know yet; a panel shows what it knows.
    private static readonly JsonParser _parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private IJSObjectReference? _rest;

    /// <summary>GET of a resource name or path under <c>/v1/</c>.</summary>
    /// <exception cref="CityApiException">It was refused or not reached.</exception>
    public async Task<T> Get<T>(string path)
        where T : IMessage<T>, new() => _parser.Parse<T>(await Send("GET", path, null));

    /// <summary>POST of a command, as a path under <c>/v1/</c> such as <c>segments/feeder-3:fail</c>.</summary>
    /// <exception cref="CityApiException">It was refused or not reached.</exception>
    public async Task Post(string path, IMessage request) => await Send("POST", path, JsonFormatter.Default.Format(request));

    /// <summary>POST of a command that answers with a message.</summary>
    /// <exception cref="CityApiException">It was refused or not reached.</exception>
    public async Task<T> Post<T>(string path, IMessage request)
        where T : IMessage<T>, new() => _parser.Parse<T>(await Send("POST", path, JsonFormatter.Default.Format(request)));

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_rest is not null)
            {
                await _rest.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser has gone; so has its module.
        }
    }

    private async Task<string> Send(string method, string path, string? body)
    {
        _rest ??= await Browser.Rest(runtime);
        var answer = await _rest.InvokeAsync<RestAnswer>("request", method, "/v1/" + path, body);
        return answer.Status is >= 200 and < 300 ? answer.Text : throw new CityApiException(Message(answer));
    }

    private static string Message(RestAnswer answer)
    {
        if (answer.Status == 0)
        {
            return "The server could not be reached.";
        }

        try
        {
            using var status = JsonDocument.Parse(answer.Text);
            if (status.RootElement.ValueKind == JsonValueKind.Object
                && status.RootElement.TryGetProperty("message", out var message)
                && message.GetString() is { Length: > 0 } text)
            {
                return text;
            }
        }
        catch (JsonException)
        {
            // A proxy in between may answer in HTML; its number is all there is to tell.
        }

        return $"The server answered {answer.Status}.";
    }

    private sealed record RestAnswer(int Status, string Text);
}
