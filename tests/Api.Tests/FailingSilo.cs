using System.Net;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>A silo that answers as the test wants, or fails to, on real connections.</summary>
internal sealed class FailingSilo : ZoneService.ZoneServiceBase, IAsyncDisposable
{
    private WebApplication? _app;
    private int _calls;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public int Calls => _calls;

    public Func<int, Zone> Answer { get; set; } = _ => new();

    public Func<WatchZonesRequest, Func<WatchZonesResponse, Task>, Task> Stream { get; set; } = (_, _) => Task.CompletedTask;

    public Func<IAsyncStreamReader<SendReadingsRequest>, Func<SendReadingsResponse, Task>, Task> Readings { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>As one does that is gone before it has answered.</summary>
    public bool BreaksCalls { get; set; }

    public List<string> RequestIds { get; } = [];

    public List<string?> Credentials { get; } = [];

    public DateTime Deadline { get; private set; } = DateTime.MaxValue;

    public async Task Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(this);
        builder.Services.AddSingleton(new Ingest(this));
        _app = builder.Build();
        _app.MapGrpcService<FailingSilo>();
        _app.MapGrpcService<Ingest>();
        await _app.StartAsync(TestContext.Current.CancellationToken);
        Address = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public override Task<Zone> GetZone(GetZoneRequest request, ServerCallContext context)
    {
        Credentials.Add(context.RequestHeaders.GetValue("authorization"));
        Deadline = context.Deadline;
        if (BreaksCalls)
        {
            Interlocked.Increment(ref _calls);
            context.GetHttpContext().Abort();
            context.CancellationToken.ThrowIfCancellationRequested();
        }

        return Task.FromResult(Answer(Interlocked.Increment(ref _calls)));
    }

    public override Task<CommandReceipt> SetPosture(SetPostureRequest request, ServerCallContext context)
    {
        RequestIds.Add(request.RequestId);
        Answer(Interlocked.Increment(ref _calls));
        return Task.FromResult(new CommandReceipt());
    }

    public override Task WatchZones(WatchZonesRequest request, IServerStreamWriter<WatchZonesResponse> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref _calls);
        return Stream(request, message => responseStream.WriteAsync(message, context.CancellationToken));
    }

    private sealed class Ingest(FailingSilo silo) : IngestService.IngestServiceBase
    {
        public override Task SendReadings(
            IAsyncStreamReader<SendReadingsRequest> requestStream, IServerStreamWriter<SendReadingsResponse> responseStream, ServerCallContext context)
        {
            Interlocked.Increment(ref silo._calls);
            return silo.Readings(requestStream, answer => responseStream.WriteAsync(answer, context.CancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
