using System.Security.Cryptography;
using CityTwin.Client;
using CityTwin.Core.Access;
using CityTwin.Testing;
using Npgsql;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>
/// Three silos, the PostgreSQL they share, the broker they all listen to, and the lines in between, all of which can be put
/// at fault. Silos that end are started again, as an orchestrator does.
/// </summary>
internal sealed class FaultyCity : IAsyncDisposable
{
    private const long DiskBytes = 4L << 30;

    /// <summary>For a graceful restart it is enough that the broker writes out what it has when it ends; at each change it would cost more than all the rest.</summary>
    private const string WritesAtTheEnd = "autosave_on_changes false\nautosave_interval 1800\nlog_type error\nlog_type warning\nlog_type notice\n";

    private readonly SiloCluster _cluster;
    private readonly IReadOnlyList<CityTwinClient> _clients;

    private FaultyCity(SiloCluster cluster, Mosquitto broker, SmallDisk? disk, IReadOnlyList<Line> toDatabase, IReadOnlyList<Line> toBroker, string key, FaultLog log)
    {
        (_cluster, Broker, Disk, ToDatabase, ToBroker) = (cluster, broker, disk, toDatabase, toBroker);
        Silos = [.. cluster.All.Select((silo, number) => new KeptSilo(number, silo, log))];
        var addresses = cluster.All.Select(silo => new Uri($"http://127.0.0.1:{silo.GrpcPort}")).ToList();
        Client = Connect(addresses);
        _clients = [.. addresses.Select(address => Connect([address]))];

        CityTwinClient Connect(IReadOnlyList<Uri> to) => new(new() { Addresses = to, Credential = _ => new(key) });
    }

    public Mosquitto Broker { get; }

    public PostgresServer Database => _cluster.Server;

    /// <summary>Where the tables lie; null where such a disk cannot be made.</summary>
    public SmallDisk? Disk { get; }

    public IReadOnlyList<Line> ToDatabase { get; }

    public IReadOnlyList<Line> ToBroker { get; }

    public IReadOnlyList<KeptSilo> Silos { get; }

    /// <summary>Goes to whatever silo answers.</summary>
    public CityTwinClient Client { get; }

    /// <summary>Each goes to one silo.</summary>
    public IReadOnlyList<CityTwinClient> ClientOfEach => _clients;

    /// <param name="toBroker">What the lines to the broker do; null = they carry what is sent.</param>
    public static async Task<FaultyCity> Start(FaultLog log, CancellationToken cancellation, Carry? toBroker = null)
    {
        var broker = await Mosquitto.Start(cancellation, settings: _ => $"{WritesAtTheEnd}log_dest file {log.FileOf("broker")}");
        var disk = await SmallDisk.TryMake(DiskBytes, cancellation);
        List<Line> databaseLines = [], brokerLines = [];
        var key = ApiKey.Write(RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes));
        var cluster = await SiloCluster.Start(cancellation, broker, isDurable: true, disk, arrange: arranged =>
        {
            foreach (var (number, silo) in arranged.All.Index())
            {
                databaseLines.Add(new(arranged.Server.Port));
                brokerLines.Add(new(broker.Port, toBroker));
                silo.Environment["CITYTWIN_POSTGRES"] = new NpgsqlConnectionStringBuilder(arranged.ConnectionString) { Port = databaseLines[^1].Port }.ConnectionString;
                silo.Environment["CITYTWIN_MQTT_HOST"] = "127.0.0.1";
                silo.Environment["CITYTWIN_MQTT_PORT"] = $"{brokerLines[^1].Port}";
                silo.Heard = line => log.Heard(number, line);
                // One key opens all doors, so that one client may go to any.
                Directory.CreateDirectory(silo.DataFolder);
                File.WriteAllText(Path.Combine(silo.DataFolder, "operator.key"), LocalDoor.Write(key));
            }
        });
        return new(cluster, broker, disk, databaseLines, brokerLines, key, log);
    }

    public KeptLog ReadLog() => _cluster.ReadLog();

    /// <summary>Whether every silo is counted in by the others, keeps up, and has its broker.</summary>
    public async Task<bool> IsWell(CancellationToken cancellation)
    {
        foreach (var silo in Silos)
        {
            if (await silo.Process.Http.GetStringAsync("healthz", cancellation) != "Healthy")
            {
                return false;
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await _cluster.DisposeAsync();
        foreach (var line in ToDatabase.Concat(ToBroker))
        {
            await line.DisposeAsync();
        }

        await Broker.DisposeAsync();
        if (Disk is not null)
        {
            await Disk.DisposeAsync();
        }
    }
}
