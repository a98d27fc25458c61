using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Grains;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Viewing;
using CityTwin.Storage;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace CityTwin.Grains.Tests;

/// <summary>Some silos in this process on one SQLite file, running one city.</summary>
internal sealed class CityCluster : IAsyncDisposable
{
    private const string FolderKey = "CityTwinFolder";
    private static readonly ConcurrentDictionary<string, City> Cities = new();
    private static readonly ConcurrentDictionary<CityHash, City> Stored = new();
    private static readonly ConcurrentDictionary<string, FailingStorage.Plan> Plans = new();
    private static readonly ConcurrentDictionary<string, int> Awake = new();
    private static readonly ConcurrentDictionary<(string Folder, string Silo), Task> Held = new();
    private readonly string _folder;

    private CityCluster(TestCluster cluster, string folder) => (Cluster, _folder) = (cluster, folder);

    public TestCluster Cluster { get; }

    /// <summary>What storage is to fail at, on all silos.</summary>
    public FailingStorage.Plan Failures => Plans[_folder];

    public IGrainFactory Grains => Cluster.GrainFactory;

    /// <summary>Services of a silo that is alive.</summary>
    public IServiceProvider Services => ((InProcessSiloHandle)Cluster.Primary!).SiloHost.Services;

    /// <summary>Until this is done no silo of that name gets at a definition, whoever asks it for one.</summary>
    public void Hold(string silo, Task until) => Held[(_folder, silo)] = until;

    /// <param name="awakeMax">How many sensors each silo keeps awake; null = as many as memory allows.</param>
    public static async Task<CityCluster> Start(City city, short silos, int? awakeMax = null)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-cluster-").FullName;
        if (awakeMax is { } most)
        {
            Awake[folder] = most;
        }

        Cities[folder] = city;
        Plans[folder] = new();
        Keep(city);
        return new(await Deploy(folder, silos), folder);
    }

    /// <summary>Stores a definition, as whoever applies it does first.</summary>
    public static void Keep(City city) => Stored[city.Hash] = city;

    /// <summary>All silos go, and a new one comes to the same stored city.</summary>
    /// <returns>What to go on with; this is over.</returns>
    public async Task<CityCluster> Restart()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        return new(await Deploy(_folder, 1), _folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        Cities.TryRemove(_folder, out _);
        Plans.TryRemove(_folder, out _);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<TestCluster> Deploy(string folder, short silos)
    {
        var builder = new TestClusterBuilder(silos);
        builder.Properties[FolderKey] = folder;

        // What is stored belongs to a service: the silos of a restart must find it.
        builder.Options.ServiceId = Path.GetFileName(folder);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            var folder = siloBuilder.Configuration[FolderKey]!;
            siloBuilder.AddCityTwinSqliteStorage(new SqliteOptions { DataPath = folder });
            FailingStorage.Put(siloBuilder, Plans[folder]);
            siloBuilder.Services.AddSingleton<ICityCatalog>(services => new TestCatalog(
                Cities[folder], () => Held.GetValueOrDefault((folder, services.GetRequiredService<ILocalSiloDetails>().Name), Task.CompletedTask)));
            siloBuilder.AddCityTwinGrains();
            if (Awake.TryGetValue(folder, out var most))
            {
                siloBuilder.Configure<SensorOptions>(options => options.AwakeMax = most);
            }

            siloBuilder.Services.AddCityTwinView();
            siloBuilder.Configure<ClusterMembershipOptions>(options =>
            {
                options.NumMissedProbesLimit = 1;
                options.NumVotesForDeathDeclaration = 1;
                options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
            });
        }
    }

    /// <summary>Every silo has its own, as in the product; what the tests keep is found by all.</summary>
    private sealed class TestCatalog(City first, Func<Task> held) : ICityCatalog
    {
        private readonly Lock _lock = new();
        private readonly ConcurrentDictionary<CityHash, CityPlan> _plans = [];
        private (CityPlan Plan, long Batch) _current = (new(first), 0);

        public CityPlan Current => _current.Plan;

        public async ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default)
        {
            await held().WaitAsync(cancellation);
            return hash == Current.City.Hash ? Current : _plans.GetOrAdd(hash, _ => Stored.TryGetValue(hash, out var city)
                ? new CityPlan(city) : throw new DefinitionMissingException($"{hash} is not stored."));
        }

        public void Use(CityPlan plan, long batch)
        {
            lock (_lock)
            {
                _current = batch >= _current.Batch ? (plan, batch) : _current;
            }
        }
    }
}
