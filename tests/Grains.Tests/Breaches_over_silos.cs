using System.Diagnostics;
using System.Text;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Views;
using CityTwin.Grains.Breaches;
using CityTwin.Testing.Breaches;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>Breaches handed out over silos that die: whatever happens, the report is that of one thread.</summary>
public sealed class Breaches_over_silos
{
    private const int Runs = 10_000;

    /// <summary>What a silo that cannot begin has in hand: a part for each of its places.</summary>
    private const int InHand = 2 * 250;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silo_killed_with_parts_in_hand_leaves_no_trace_in_the_report()
    {
        await using var cluster = await CityCluster.Start(SmallBreach.City, 3);
        var (id, coordinator) = await Coordinated(cluster, _ => true);
        var other = cluster.Cluster.SecondarySilos.First(silo => silo.Name != coordinator);
        cluster.Hold(other.Name, new TaskCompletionSource().Task);

        await LiveLog.Until(() => Breach(cluster, id).Order(Order(id, Runs)));
        await LiveLog.Holds(async () => (await Read(cluster, id)).Status.RunsDone == Runs - InHand);
        await cluster.Cluster.KillSiloAsync(other, Cancellation);

        await AssertSucceeds(cluster, id, Runs);
    }

    [Fact]
    public async Task A_ranking_of_defences_over_three_silos_of_which_one_dies_has_the_bytes_of_one_thread()
    {
        await using var cluster = await CityCluster.Start(SmallBreach.City, 3);
        var (id, coordinator) = await Coordinated(cluster, _ => true);
        var other = cluster.Cluster.SecondarySilos.First(silo => silo.Name != coordinator);
        cluster.Hold(other.Name, new TaskCompletionSource().Task);

        await LiveLog.Until(() => Breach(cluster, id).Order(SmallBreach.Order(2_000, draws: 2, new([], 2), id: id)));
        await LiveLog.Holds(async () => (await Read(cluster, id)).Status.RunsDone == 2_000 - InHand);
        await cluster.Cluster.KillSiloAsync(other, Cancellation);

        await LiveLog.Holds(async () => (await Read(cluster, id)).Status.IsDone);
        var record = await Read(cluster, id);
        Assert.Equal((null, BreachPhase.Succeeded, 2_000), (record.Status.Error, record.Status.Phase, record.Status.RunsDone));
        Assert.Equal(Encoding.UTF8.GetString(SmallBreach.Ranking(2_000, draws: 2, budget: 2)), record.ReportJson);
    }

    [Fact]
    public async Task The_silo_of_the_coordinator_killed_in_the_middle_leaves_no_trace_and_what_was_kept_is_not_run_again()
    {
        await using var cluster = await CityCluster.Start(SmallBreach.City, 3);
        var (id, coordinator) = await Coordinated(cluster, silo => silo != cluster.Cluster.Primary!.Name);
        var (its, other) = (cluster.Cluster.SecondarySilos.Single(silo => silo.Name == coordinator), cluster.Cluster.SecondarySilos.Single(silo => silo.Name != coordinator));
        var held = new TaskCompletionSource();
        cluster.Hold(other.Name, held.Task);

        await LiveLog.Until(() => Breach(cluster, id).Order(Order(id, Runs, draws: 2)));
        await LiveLog.Holds(async () => (await Breach(cluster, id).Inspect()).StoredJson!.Contains(
            $"\"RunsDone\":{Runs - InHand},", StringComparison.Ordinal));
        await cluster.Cluster.KillSiloAsync(its, Cancellation);
        Assert.Equal(Runs - InHand, (await Read(cluster, id)).Status.RunsDone);
        held.SetResult();

        await AssertSucceeds(cluster, id, Runs, draws: 2);
        Assert.NotEqual(coordinator, (await Breach(cluster, id).Inspect()).Silo);
    }

    [Fact]
    public async Task A_cancelled_breach_stops_on_all_silos_within_a_second()
    {
        await using var cluster = await CityCluster.Start(SmallBreach.City, 2);

        // All that is drawn falls into the first part: a quarter of a million runs, which take long.
        await LiveLog.Until(() => Breach(cluster, "b").Order(Order("b", 1_000, draws: 1_000)));
        await LiveLog.Holds(async () => (await Read(cluster, "b")).Status.RunsDone == 750);
        var watch = Stopwatch.StartNew();
        var cancelled = await Breach(cluster, "b").Cancel("anna");

        // A worker takes the next question when it has done with the last one.
        await Task.WhenAll(
            from silo in cluster.Cluster.GetActiveSilos()
            from place in Enumerable.Range(0, 2)
            select cluster.Grains.GetGrain<IBreachWorkerGrain>(GrainKeys.OfBreachWorker(silo.SiloAddress.ToParsableString(), place))
                .Run(new("none", 0, null), Cancellation));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"It took {watch.Elapsed}.");
        Assert.Equal((BreachPhase.Cancelled, "anna", 750), (cancelled!.Status.Phase, cancelled.Status.CancelledBy, cancelled.Status.RunsDone));
        Assert.Equal(BreachPhase.Cancelled, (await Breach(cluster, "b").Cancel("bert"))!.Status.Phase);
    }

    [Fact]
    public async Task A_kept_breach_comes_back_after_a_restart_and_a_deleted_one_does_not()
    {
        var cluster = await CityCluster.Start(SmallBreach.City, 1);
        try
        {
            var first = await Breach(cluster, "b").Order(Order("b", 500));
            var again = await Breach(cluster, "b").Order(Order("b", 700) with { Principal = "bert" });
            Assert.Equal((first.Status.Principal, 500), (again.Status.Principal, again.Status.RunsMax));
            await AssertSucceeds(cluster, "b", 500);
            cluster = await cluster.Restart();

            await AssertSucceeds(cluster, "b", 500);
            var index = cluster.Services.GetRequiredService<BreachIndex>();
            Assert.Equal(("b", BreachPhase.Succeeded), Assert.Single(from status in await index.All(Cancellation) select (status.Id, status.Phase)));
            Assert.True(await Breach(cluster, "b").Delete());
            Assert.False(await Breach(cluster, "b").Delete());
            Assert.Null(await Breach(cluster, "b").Read());
            Assert.Null(await Breach(cluster, "b").Beyond(first.Status));
            Assert.Null(await Breach(cluster, "b").Cancel("anna"));
            Assert.Empty(await index.All(Cancellation));

            // The id is free again.
            await Breach(cluster, "b").Order(Order("b", 700) with { CreatedAt = DateTimeOffset.UnixEpoch.AddDays(1) });
            await AssertSucceeds(cluster, "b", 700);
            Assert.Null((await LiveLog.RowsOf(cluster, PublishedKind.Due, $"{GrainTypes.Breach}/{GrainKeys.OfBreach("b")}"))[^1].Published);
        }
        finally
        {
            await cluster.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_breach_of_a_definition_that_is_nowhere_stored_fails_and_says_so()
    {
        await using var cluster = await CityCluster.Start(SmallBreach.City, 1);
        await Breach(cluster, "b").Order(Order("b", 500) with { Start = SmallBreach.Start with { City = new("lost") } });

        await LiveLog.Holds(async () => (await Read(cluster, "b")).Status.IsDone);
        var status = (await Read(cluster, "b")).Status;
        Assert.Equal((BreachPhase.Failed, "A run could not be made: lost is not stored."), (status.Phase, status.Error));
    }

    /// <summary>An id whose grain lives on such a silo.</summary>
    private static async Task<(string Id, string Silo)> Coordinated(CityCluster cluster, Func<string, bool> silo)
    {
        for (var number = 0; ; number++)
        {
            var id = FormattableString.Invariant($"b{number}");
            await LiveLog.Until(() => Breach(cluster, id).Read());
            if ((await Breach(cluster, id).Inspect()).Silo is var its && silo(its))
            {
                return (id, its);
            }
        }
    }

    private static async Task AssertSucceeds(CityCluster cluster, string id, int runs, int draws = 0)
    {
        await LiveLog.Holds(async () => (await Read(cluster, id)).Status.IsDone);
        var record = await Read(cluster, id);
        Assert.Equal((null, BreachPhase.Succeeded, runs), (record.Status.Error, record.Status.Phase, record.Status.RunsDone));
        Assert.Equal(Encoding.UTF8.GetString(SmallBreach.Report(SmallBreach.Job(runs, draws: draws))), record.ReportJson);
        Assert.Equal(runs, (await Breach(cluster, id).Notes()).Sum(notes => notes.Runs));
    }

    private static async Task<BreachRecord> Read(CityCluster cluster, string id)
    {
        BreachRecord? record = null;
        await LiveLog.Until(async () => record = await Breach(cluster, id).Read());
        return record!;
    }

    private static IBreachGrain Breach(CityCluster cluster, string id) => cluster.Grains.GetGrain<IBreachGrain>(GrainKeys.OfBreach(id));

    private static BreachOrder Order(string id, int runs, int draws = 0) => SmallBreach.Order(runs, draws, id: id);
}
