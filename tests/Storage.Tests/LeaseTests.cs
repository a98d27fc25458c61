using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Tests;

public sealed class LeaseTests
{
    private static readonly TimeSpan Term = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Over = TimeSpan.FromMinutes(-5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_is_one_owners_until_it_runs_out_or_is_given_up()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var leases = storage.Database.Leases;
        Assert.Equal(["a", "b"], (await leases.Hold("one", ["b", "a"], Term, Cancel)).Order());
        Assert.Equal(["c"], await leases.Hold("two", ["a", "b", "c"], Term, Cancel));
        Assert.Equal([new("a", "one", true), new("b", "one", true), new("c", "two", true)], await leases.Look(Cancel));

        // Who prolongs it by less than nothing lets it run out now.
        Assert.Equal(["a"], await leases.Hold("one", ["a"], Over, Cancel));
        await leases.Release("two", ["b", "c"], Cancel);
        Assert.Equal([new("a", "one", false), new("b", "one", true), new("c", "two", false)], await leases.Look(Cancel));

        Assert.Equal(["a", "c"], (await leases.Hold("three", ["a", "b", "c"], Term, Cancel)).Order());
        Assert.Empty(await leases.Hold("one", ["a"], Term, Cancel));
    }

    [Fact]
    public async Task Of_many_who_want_the_same_at_once_each_lease_is_given_to_one()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var names = Enumerable.Range(0, 20).Select(number => $"{number}").ToList();
        var held = await Task.WhenAll(Enumerable.Range(0, 8).Select(owner => storage.Database.Leases.Hold(
            $"{owner}", owner % 2 == 0 ? names : [.. names.AsEnumerable().Reverse()], Term, Cancel)));
        Assert.Equal(names.Order(StringComparer.Ordinal), held.SelectMany(part => part).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_lease_that_ran_out_long_ago_is_forgotten()
    {
        await using var storage = await TestStorage.Open(Database.Postgres);
        var leases = storage.Database.Leases;
        await leases.Hold("one", ["gone"], TimeSpan.FromDays(-31), Cancel);
        await leases.Hold("one", ["lately"], TimeSpan.FromDays(-29), Cancel);
        await leases.Hold("two", ["new"], Term, Cancel);
        Assert.Equal(["lately", "new"], (await leases.Look(Cancel)).Select(lease => lease.Name));
    }

    [Fact]
    public async Task A_data_folder_has_one_silo_so_it_has_every_lease()
    {
        await using var storage = await TestStorage.Open(Database.Sqlite);
        Assert.Equal(["a", "b"], (await storage.Database.Leases.Hold("one", ["a", "b"], Term, Cancel)).Order());
    }
}
