using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Grains;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Viewing;
using CityTwin.Storage;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace CityTwin.Grains.Tests;

/// <summary>Some silos in this process on one SQLite file, running one city.</summary>
internal sealed class CityCluster : IAsyncDisposable
{
    private const string FolderKey = "CityTwinFolder";
    private static readonly ConcurrentDictionary<string, City> Cities = new();
    private readonly string _folder;

    private CityCluster(TestCluster cluster, string folder) => (Cluster, _folder) = (cluster, folder);

    public TestCluster Cluster { get; }

    public IGrainFactory Grains => Cluster.GrainFactory;

    /// <summary>Services of a silo that is alive.</summary>
    public IServiceProvider Services => ((InProcessSiloHandle)Cluster.Primary!).SiloHost.Services;

    public static async Task<CityCluster> Start(City city, short silos)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-cluster-").FullName;
        Cities[folder] = city;
        return new(await Deploy(folder, silos), folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAllSilosAsync();
        await Cluster.DisposeAsync();
        Cities.TryRemove(_folder, out _);
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<TestCluster> Deploy(string folder, short silos)
    {
        var builder = new TestClusterBuilder(silos);
        builder.Properties[FolderKey] = folder;
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
            siloBuilder.Services.AddSingleton<ICityCatalog>(new FixedCatalog(new CityPlan(Cities[folder])));
            siloBuilder.AddCityTwinGrains();
            siloBuilder.Services.AddCityTwinView();
            siloBuilder.Configure<ClusterMembershipOptions>(options =>
            {
                options.NumMissedProbesLimit = 1;
                options.NumVotesForDeathDeclaration = 1;
                options.ProbeTimeout = TimeSpan.FromMilliseconds(500);
            });
        }
    }

    private sealed class FixedCatalog(CityPlan plan) : ICityCatalog
    {
        public CityPlan Current => plan;
    }
}
