using System.Xml.Linq;
using CityTwin.Storage.Postgres;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace CityTwin.Storage.Tests;

public sealed class SessionKeyTests
{
    private const int Silos = 8;

    [Fact]
    public async Task Silos_that_start_together_agree_on_one_key()
    {
        await using var database = await PostgresTestDatabase.Open(options => options);
        var hosts = Enumerable.Range(0, Silos).Select(_ => HostOn(database.Opened)).ToList();
        using var together = new Barrier(Silos);
        // Each on a thread of its own: they wait for each other.
        var made = await Task.WhenAll(hosts.Select((host, number) => Task.Factory.StartNew(
            () =>
            {
                together.SignalAndWait(TestContext.Current.CancellationToken);
                return Protector(host).Protect($"silo {number}");
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.Single(new PostgresSessionKeys(database.Opened).GetAllElements());
        await using var late = HostOn(database.Opened);
        foreach (var host in hosts.Append(late))
        {
            Assert.Equal(Enumerable.Range(0, Silos).Select(number => $"silo {number}"), made.Select(text => Protector(host).Unprotect(text)));
        }

        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_takes_a_key_back_is_stored_whenever_it_comes()
    {
        await using var database = await PostgresTestDatabase.Open(options => options);
        var kept = new PostgresSessionKeys(database.Opened);
        kept.StoreElement(new XElement("key", "first"), "key-1");
        kept.StoreElement(new XElement("revocation", "of the first"), "revocation-1");
        kept.StoreElement(new XElement("key", "second, in the same minute"), "key-2");
        Assert.Equal(["first", "of the first"], kept.GetAllElements().Select(element => element.Value));
        database.Execute("update session_keys set made_at = made_at - interval '2 minutes'");
        kept.StoreElement(new XElement("key", "of a later month"), "key-3");
        Assert.Equal(["first", "of the first", "of a later month"], kept.GetAllElements().Select(element => element.Value));
    }

    private static ServiceProvider HostOn(PostgresDatabase database)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("citytwin");
        services.Configure<KeyManagementOptions>(management => management.XmlRepository = new PostgresSessionKeys(database));
        return services.BuildServiceProvider();
    }

    private static IDataProtector Protector(ServiceProvider host) => host.GetRequiredService<IDataProtectionProvider>().CreateProtector("sessions");
}
