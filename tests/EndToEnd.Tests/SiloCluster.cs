using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Three real silos that share a city on a PostgreSQL of their own, and may share an external broker.</summary>
internal sealed class SiloCluster : IAsyncDisposable
{
    private const int Silos = 3;

    /// <summary>As Orleans numbers them in its table of members.</summary>
    private const int Active = 3;
    private const int Dead = 6;

    private SiloCluster(PostgresServer server, string database, IReadOnlyList<SiloProcess> silos) => (Server, Database, All) = (server, database, silos);

    public PostgresServer Server { get; }

    public IReadOnlyList<SiloProcess> All { get; }

    public string ConnectionString => Server.ConnectionString(Database);

    private string Database { get; }

    /// <summary>Migrates and starts all of them at once.</summary>
    /// <param name="on">Where the tables lie; null = with the server.</param>
    /// <param name="city">The folder of the city to found; null = the sample.</param>
    /// <param name="arrange">Changes what the silos are told, such as their way to the database, before they start.</param>
    public static async Task<SiloCluster> Start(
        CancellationToken cancellation, Mosquitto? broker = null, bool isDurable = false, SmallDisk? on = null, string? city = null, Action<SiloCluster>? arrange = null)
    {
        var server = await PostgresServer.Start(cancellation, isDurable);
        var database = await server.Create(cancellation, on: on);
        var silos = Enumerable.Range(0, Silos).Select(_ => Prepare(server, database, broker, city)).ToList();
        var cluster = new SiloCluster(server, database, silos);
        try
        {
            arrange?.Invoke(cluster);
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

    public KeptLog ReadLog() => KeptLog.OfServer(ConnectionString);

    /// <summary>Where in the change log alerts changed.</summary>
    public async Task<IReadOnlyList<long>> AlertRows(CancellationToken cancellation) =>
        (long[])(await Server.Scalar(Database, "select coalesce(array_agg(seq order by seq), '{}') from changes where kind = 'alert'", cancellation))!;

    /// <summary>A silo on some database of the server, not started.</summary>
    public static SiloProcess Prepare(PostgresServer server, string database, Mosquitto? broker = null, string? city = null)
    {
        var silo = SiloProcess.Prepare(broker, ["--no-feed", .. city is null ? Array.Empty<string>() : ["--city", city]]);
        silo.Environment["CITYTWIN_POSTGRES"] = server.ConnectionString(database);
        return silo;
    }

    /// <summary>The one in which a grain lives, such as "cascade/city".</summary>
    public async Task<SiloProcess> HostOf(string grain, CancellationToken cancellation)
    {
        var name = (await All[0].Get($"v1/grains/{grain}", cancellation)).GetProperty("silo").GetString();
        var port = await Server.Scalar(Database, $"select port from orleansmembershiptable where siloname = '{name}' and status = {Active}", cancellation);
        return All.Single(silo => silo.SiloPort == (int)port!);
    }

    /// <summary>Whether the others have noticed that a silo is gone.</summary>
    public async Task<bool> IsDead(SiloProcess silo, CancellationToken cancellation) =>
        await Server.Scalar(Database, $"select count(*) from orleansmembershiptable where port = {silo.SiloPort} and status <> {Dead}", cancellation) is 0L;

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
