using System.Net;
using System.Net.Sockets;
using CityTwin.Storage.Sqlite;
using CityTwin.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace CityTwin.Storage.Tests;

/// <summary>One silo with the storage as the product wires it.</summary>
public abstract class SiloFixture : IAsyncLifetime
{
    public IHost Silo { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync() => Silo = await Start();

    /// <summary>Stops the silo and starts another one on the same data.</summary>
    public async Task Restart()
    {
        await Stop();
        Silo = await Start();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new(Stop());
    }

    protected abstract void AddStorage(ISiloBuilder silo);

    private async Task Stop()
    {
        await Silo.StopAsync();
        Silo.Dispose();
    }

    private async Task<IHost> Start()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            AddStorage(silo);
            silo.ConfigureEndpoints(IPAddress.Loopback, FreePort(), FreePort())
                .Configure<ClusterOptions>(cluster => cluster.ServiceId = cluster.ClusterId = "city");
        });
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

public sealed class SqliteSilo : SiloFixture
{
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-silo-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    protected override void AddStorage(ISiloBuilder silo) =>
        silo.UseLocalhostClustering().AddCityTwinSqliteStorage(new SqliteOptions { DataPath = _folder });
}

public sealed class PostgresSilo : SiloFixture
{
    private PostgresServer _server = null!;
    private string _name = "";

    public override async ValueTask InitializeAsync()
    {
        (_server, var template) = await PostgresFixture.Get();
        _name = await _server.Create(CancellationToken.None, template);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.Drop(_name, CancellationToken.None);
    }

    protected override void AddStorage(ISiloBuilder silo) =>
        silo.AddCityTwinPostgresStorage(new() { ConnectionString = _server.ConnectionString(_name) });
}
