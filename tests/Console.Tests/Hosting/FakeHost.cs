using System.Collections.Concurrent;
using System.Threading.Channels;
using CityTwin.Protocol.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CityTwin.Console.Tests.Hosting;

/// <summary>
/// A server that speaks the public REST contract for a <see cref="FakeCity"/> and serves the console beside it, so that
/// the console is tested against the contract alone. Its watch can be cut and made silent.
/// </summary>
internal sealed class FakeHost(FakeCity city) : IAsyncDisposable
{
    private readonly JsonFormatter _json = new(JsonFormatter.Settings.Default);
    private readonly ConcurrentDictionary<Channel<string>, bool> _streams = [];
    private WebApplication? _app;

    public FakeCity City => city;

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Every command posted: path and body.</summary>
    public ConcurrentQueue<(string Path, string Body)> Posts { get; } = [];

    /// <summary>Why every command is refused; null = they are not.</summary>
    public string? Refusal { get; set; }

    /// <summary>What may be attacked; none in most tests.</summary>
    public List<Asset> Assets { get; } = [];

    public List<Conduit> Conduits { get; } = [];

    /// <summary>What was, whatever the instant; null = nothing is kept.</summary>
    public CityChanges? Past { get; set; }

    /// <summary>The instant that was last asked for.</summary>
    public string? PastAsked { get; private set; }

    public Outlook Outlook { get; set; } = new();

    /// <summary>False: watchers are turned away.</summary>
    public bool IsWatchOpen { get; set; } = true;

    public async Task Start(int port = 0)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = typeof(FakeHost).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").UseStaticWebAssets();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddCityTwinConsole();
        _app = builder.Build();
        Serve(_app);
        _app.MapCityTwinConsole();
        city.Changed += Send;
        await _app.StartAsync();
        Address = new Uri(_app.Urls.Single());
    }

    /// <summary>Ends every open watch; new ones are accepted as <see cref="IsWatchOpen"/> says.</summary>
    public void CutWatches()
    {
        foreach (var stream in _streams.Keys)
        {
            stream.Writer.TryComplete();
        }
    }

    public async ValueTask DisposeAsync()
    {
        city.Changed -= Send;
        CutWatches();
        if (_app is not null)
        {
            await _app.StopAsync(TestContext.Current.CancellationToken);
            await _app.DisposeAsync();
        }
    }

    private void Send(CityChanges changes)
    {
        foreach (var stream in _streams.Keys)
        {
            stream.Writer.TryWrite(Event(changes));
        }
    }

    private string Event(CityChanges changes) => $"id: {changes.ResumeToken}\nevent: changes\ndata: {_json.Format(changes)}\n\n";

    private void Serve(WebApplication app)
    {
        app.MapGet("/v1/service", () => Json(new ServiceInfo
        {
            City = "Testhaven", CityHash = city.Map.CityHash, TimeZone = "Europe/Amsterdam", Sample = true, SoftwareVersion = "0.1.0", Silo = "test",
            CurrentTime = Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow()),
        }));
        app.MapGet("/v1/map", () => Json(city.Map));
        app.MapGet("/v1/events", Watch);
        app.MapGet("/v1/assets", () => Json(new ListAssetsResponse { Assets = { Assets } }));
        app.MapGet("/v1/conduits", () => Json(new ListConduitsResponse { Conduits = { Conduits } }));
        app.MapGet("/v1/outlook", () => Json(Outlook));
        app.MapGet("/v1/cascades", () => Json(new ListCascadesResponse { Cascades = { city.Cascades() } }));
        app.MapGet("/v1/pastCity", PastCity);
        app.MapGet("/v1/sensors/{id}/readings", () => Json(Day()));
        app.MapGet("/v1/{kind}/{id}", (string kind, string id) => Get($"{kind}/{id}"));
        app.MapGet("/v1/grains/{kind}/{id}", (string kind, string id) => Json(new GrainInspection { Name = $"grains/{kind}/{id}", MemoryJson = """{"level":1000}""", StoredJson = """{"level":1000}""", StoredVersion = "7", Silo = "test", ActivationAge = Duration.FromTimeSpan(TimeSpan.FromMinutes(3)) }));
        app.MapPost("/v1/{**path}", Post);
    }

    private IResult PastCity(string asOfTime)
    {
        PastAsked = asOfTime;
        return Past is { } past ? Json(past) : Results.Text(
            """{"code":11,"message":"as_of_time lies between 2026-05-01T12:00:00.000Z and now: that is what is kept."}""", "application/json", statusCode: StatusCodes.Status400BadRequest);
    }

    /// <summary>Four pieces of the last day, and one of words alone.</summary>
    private static ListReadingsResponse Day()
    {
        var now = TimeProvider.System.GetUtcNow();
        Timestamp Hour(int ago) => Timestamp.FromDateTimeOffset(now.AddHours(-ago));
        return new()
        {
            Spans =
            {
                new ReadingSpan { StartTime = Hour(23), Count = 2, Min = 1, Mean = 2, Max = 3 }, new ReadingSpan { StartTime = Hour(20), Count = 1, LastWord = "open" },
                new ReadingSpan { StartTime = Hour(9), Count = 2, Min = 4, Mean = 5, Max = 9 }, new ReadingSpan { StartTime = Hour(5), Count = 1, Min = 2, Mean = 2, Max = 2 },
                new ReadingSpan { StartTime = Hour(1), Count = 1, Min = 3, Mean = 3, Max = 3 },
            },
        };
    }

    private IResult Get(string path)
    {
        var name = path.Split(':')[0];
        return path.EndsWith(":explain", StringComparison.Ordinal) ? Json(city.Explain(name))
            : name.StartsWith("segments/", StringComparison.Ordinal) ? Json(city.Segment(name))
            : name.StartsWith("zones/", StringComparison.Ordinal) ? Json(city.ZoneOf(name))
            : name.StartsWith("sensors/", StringComparison.Ordinal) ? Json(new Sensor { Name = name, Kind = "breaker", Quality = SensorQuality.Good, Value = 1, Unit = "V", AvailabilityPermille = 1000 })
            : name.StartsWith("cascades/", StringComparison.Ordinal) ? Json(city.Cascades().Single(cascade => cascade.Name == name))
            : name.StartsWith("guards/", StringComparison.Ordinal) ? Json(new Guard { Name = name, Duty = GuardDuty.Available })
            : Results.NotFound();
    }

    private async Task<IResult> Post(string path, HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        Posts.Enqueue((path, body));
        if (Refusal is not null)
        {
            return Results.Text($$"""{"code":9,"message":"{{Refusal}}"}""", "application/json", statusCode: StatusCodes.Status400BadRequest);
        }

        var name = path.Split(':')[0];
        switch (path.Split(':')[1])
        {
            case "fail":
                city.Set(name, JsonParser.Default.Parse<FailSegmentRequest>(body).LevelPermille);
                break;
            case "restore":
                city.Set(name, 1000);
                break;
            case "acknowledge":
                city.Acknowledge(name, JsonParser.Default.Parse<AcknowledgeAlertRequest>(body).Principal);
                break;
        }

        return Json(new CommandReceipt { Name = name });
    }

    private async Task Watch(HttpContext context)
    {
        if (!IsWatchOpen)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        var stream = Channel.CreateBounded<string>(1000);
        _streams[stream] = true;
        try
        {
            stream.Writer.TryWrite(Event(city.Snapshot()));
            await foreach (var text in stream.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The browser has gone.
        }
        finally
        {
            _streams.TryRemove(stream, out _);
        }
    }

    private IResult Json(IMessage message) => Results.Text(_json.Format(message), "application/json");
}
