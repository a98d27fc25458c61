using System.Net;
using System.Net.Sockets;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace CityTwin.Storage.Tests;

/// <summary>One silo with the storage as the product wires it.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-silo-").FullName;

    public IHost Silo { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Silo = await Start();

    /// <summary>Stops the silo and starts another one on the same data.</summary>
    public async Task Restart()
    {
        await Stop();
        Silo = await Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Stop()
    {
        await Silo.StopAsync();
        Silo.Dispose();
    }

    private async Task<IHost> Start()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(FreePort(), FreePort())
            .Configure<ClusterOptions>(cluster => cluster.ServiceId = cluster.ClusterId = "city")
            .AddCityTwinSqliteStorage(new SqliteOptions { DataPath = _folder }));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
