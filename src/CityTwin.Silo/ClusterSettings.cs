using System.Net;
using CityTwin.Grains.Storing;
using CityTwin.Storage;
using CityTwin.Storage.Postgres;
using Orleans.Configuration;

namespace CityTwin.Silo;

/// <summary>
/// How this silo is one of several that share a city on PostgreSQL. The connection string comes from a file
/// (CITYTWIN_POSTGRES_FILE) or the environment (CITYTWIN_POSTGRES): there may be a password in it.
/// </summary>
/// <param name="Id">Silos of the same database and id are one cluster.</param>
/// <param name="Advertise">Where the other silos reach this one; it listens there and nowhere else.</param>
/// <param name="SiloPort">For the other silos.</param>
internal sealed record ClusterSettings(string ConnectionString, string Id, IPAddress Advertise, int SiloPort)
{
    /// <summary>
    /// A silo that is gone is declared dead after three missed probes, by two others where there are as many: about six
    /// seconds. Shorter would declare those dead who are only slow: a collection or a busy machine takes a second or two.
    /// </summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Clients of Orleans would speak past the doors, and there are none: callers come by gRPC and REST.</summary>
    public const int NoGateway = 0;

    /// <summary>Who starts does not wait for silos that have not said for three times as long that they live: all were killed at once.</summary>
    private static readonly TimeSpan SignOfLifeEach = TimeSpan.FromSeconds(5);

    /// <summary>The connection string of the environment; null = no PostgreSQL.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read, or both are given.</exception>
    public static string? ConnectionStringOf(Func<string, string?> environment)
    {
        var (file, text) = (environment("CITYTWIN_POSTGRES_FILE"), environment("CITYTWIN_POSTGRES"));
        if (file is not { Length: > 0 })
        {
            return text is { Length: > 0 } ? text : null;
        }

        if (text is { Length: > 0 })
        {
            throw new StartRefusedException("CITYTWIN_POSTGRES_FILE and CITYTWIN_POSTGRES are both set; leave one out.");
        }

        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"CITYTWIN_POSTGRES_FILE names '{file}', which cannot be read ({failure.Message}).");
        }
    }

    /// <summary>Makes or upgrades the schema.</summary>
    /// <exception cref="StartRefusedException">There is no PostgreSQL to migrate.</exception>
    /// <exception cref="StorageUnusableException">It cannot be done.</exception>
    public static void Migrate(Func<string, string?> environment) => PostgresSchema.Migrate(
        new()
        {
            ConnectionString = ConnectionStringOf(environment) ?? throw new StartRefusedException(
                "--migrate needs the connection string of the database's owner in CITYTWIN_POSTGRES_FILE or CITYTWIN_POSTGRES; a city in a data folder migrates itself."),
        },
        System.Console.Out.WriteLine);

    /// <exception cref="StorageUnusableException">The database cannot be used.</exception>
    public void AddTo(ISiloBuilder silo, TimeSpan historyKeptFor)
    {
        silo.AddCityTwinPostgresStorage(new PostgresOptions { ConnectionString = ConnectionString, HistoryKeptFor = historyKeptFor });
        silo.ConfigureEndpoints(Advertise, SiloPort, NoGateway);
        silo.Configure<ClusterOptions>(cluster => (cluster.ServiceId, cluster.ClusterId) = ("citytwin", Id));
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = ProbeTimeout;
            membership.IAmAliveTablePublishTimeout = SignOfLifeEach;
        });
    }
}
