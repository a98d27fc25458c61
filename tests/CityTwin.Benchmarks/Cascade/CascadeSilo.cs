using System.Net;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Viewing;
using CityTwin.Storage;
using CityTwin.Storage.Sqlite;
using CityTwin.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace CityTwin.Benchmarks.Cascade;

/// <summary>The grains, storage and view of a silo, in this process, on a folder of its own.</summary>
internal sealed class CascadeSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private CascadeSilo(IHost host, string folder) => (_host, Folder) = (host, folder);

    public string Folder { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<CascadeSilo> Start(City city)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-cascade-").FullName;
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ICityCatalog>(new OneCity(new(city)));
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(Mosquitto.FreePort(), Mosquitto.FreePort());
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
            silo.AddCityTwinSqliteStorage(new SqliteOptions { DataPath = folder });
            silo.AddCityTwinGrains();
        });
        builder.Services.AddCityTwinView();
        var host = builder.Build();
        await host.StartAsync();
        return new(host, folder);
    }

    /// <summary>From the order until every watcher can see it, and until every segment has it in storage.</summary>
    public async Task<(TimeSpan Published, TimeSpan Durable)> Cascade(string request, int levelPermille, SegmentId last)
    {
        var view = _host.Services.GetRequiredService<LiveView>();
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        await Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(CascadeCity.Substation))
            .Command(new(request, SegmentRules.CommandCause, levelPermille, "bench", "cascade"));
        for (CityVersion? version = null; version is null || version.LevelOf(last) != levelPermille;)
        {
            version = await view.Beyond(version?.Seq ?? -1, CancellationToken.None);
        }

        var published = System.Diagnostics.Stopwatch.GetElapsedTime(began);
        while (await Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade).Read() is not { IsSettling: false, UnacknowledgedCommits: 0 })
        {
            await Task.Delay(1);
        }

        return (published, System.Diagnostics.Stopwatch.GetElapsedTime(began));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class OneCity(CityPlan plan) : ICityCatalog
    {
        public CityPlan Current => plan;

        public ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default) => new(plan);

        public void Use(CityPlan plan, long batch)
        {
            // It never changes.
        }
    }
}
