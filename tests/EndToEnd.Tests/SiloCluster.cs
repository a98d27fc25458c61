using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Three real silos that share a city on a PostgreSQL of their own; the first may have an external broker.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private const int Silos = 3;

    private SiloCluster(PostgresServer server, string database, IReadOnlyList<SiloProcess> silos) => (Server, Database, All) = (server, database, silos);

    public PostgresServer Server { get; }

    public IReadOnlyList<SiloProcess> All { get; }

    private string Database { get; }

    /// <summary>Migrates and starts all of them at once.</summary>
    /// <param name="city">The folder of the city to found; null = the sample.</param>
    public static async Task<SiloCluster> Start(CancellationToken cancellation, Mosquitto? broker = null, bool isDurable = false, string? city = null)
    {
        var server = await PostgresServer.Start(cancellation, isDurable);
        var database = await server.Create(cancellation);
        var silos = Enumerable.Range(0, Silos).Select(number => Prepare(server, database, number == 0 ? broker : null, city)).ToList();
        var cluster = new SiloCluster(server, database, silos);
        try
        {
            await silos[0].RunToEnd(cancellation, "--migrate");
            await Task.WhenAll(silos.Select(silo => silo.Run(cancellation)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A silo on some database of the server, not started.</summary>
    public static SiloProcess Prepare(PostgresServer server, string database, Mosquitto? broker = null, string? city = null)
    {
        var silo = SiloProcess.Prepare(
            broker,
            ["--no-feed", "--silo-port", $"{Mosquitto.FreePort()}", "--gateway-port", $"{Mosquitto.FreePort()}", .. city is null ? Array.Empty<string>() : ["--city", city]]);
        silo.Environment["CITYTWIN_POSTGRES"] = server.ConnectionString(database);
        return silo;
    }

    public KeptLog ReadLog() => KeptLog.OfServer(Server.ConnectionString(Database));

    /// <summary>What they said, for a test that fails.</summary>
    public string Said() => string.Join("\n\n", All.Select((silo, number) => $"silo {number}:\n{silo.Said()}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in All)
        {
            await silo.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
