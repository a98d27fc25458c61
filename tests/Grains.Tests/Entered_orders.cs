using CityTwin.Core.Audit;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Storing;
using CityTwin.Testing.Cities;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CityTwin.Grains.Tests;

/// <summary>An order to the coordinator is in the audit log from the save on that takes it: with it in one transaction, and not before.</summary>
public sealed class Entered_orders : IAsyncLifetime
{
    private static readonly SegmentId Pump = new("pump");
    private CityCluster _cluster = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ICascadeGrain Coordinator => _cluster.Grains.GetGrain<ICascadeGrain>(GrainKeys.Cascade);

    private FailingStorage.Plan Failures => _cluster.Failures;

    public async ValueTask InitializeAsync() => _cluster = await CityCluster.Start(HarbourCity.Of(), 1);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Start_that_waits_behind_a_batch_is_entered_with_the_batch_that_takes_it()
    {
        var order = new StartOrder("s1", [Pump], "anna", "black start", DateTimeOffset.UnixEpoch);

        await Holds("start", () => Coordinator.Start(order));

        // The new coordinator has it from storage: the order is done, and was entered although nobody could say so.
        Assert.NotNull(await Coordinator.Start(order));
        Assert.Equal(["start"], await Entered());
    }

    [Fact]
    public async Task Changed_definition_that_waits_behind_a_batch_is_entered_with_its_own()
    {
        var city = HarbourCity.Of();
        var changed = HarbourCity.Of(hash: new string('f', 64)) with { Name = "Rebuilt" };
        CityCluster.Keep(changed);
        var order = new DefinitionOrder(changed.Hash, city.Hash, "anna", "rebuilt");

        await Holds("apply", () => Coordinator.Apply(order));

        Assert.Null((await Coordinator.Apply(order)).Batch);
        Assert.Equal(["apply"], await Entered());
    }

    /// <summary>The order comes while another batch is open; the save that takes it is durable, and nobody learns of it.</summary>
    private async Task Holds<TOutcome>(string act, Func<Task<TOutcome>> order)
    {
        await Command("before", 900);
        await LiveLog.AtRest(_cluster);
        var held = Failures.Hold("cascade");
        await Command("open", 800);
        await LiveLog.Holds(async () => (await Coordinator.Read()).IsSettling);
        ActContext.Set(new(act, DateTimeOffset.UnixEpoch, "anna", AuditKind.Command, act, null, null, null, "OK"));
        var ordered = order();
        var batch = (await Coordinator.Read()).LastBatch + 1;
        held.Release(2);
        await LiveLog.Holds(async () => (await LiveLog.RowsOf(_cluster, PublishedKind.Batch, BatchLog.KeyOf(batch))).Count == 1);
        Assert.Empty(await Entered());
        Assert.False(ordered.IsCompleted);

        Failures.Add("cascade", FailingStorage.Failure.After);
        held.Release();

        await Assert.ThrowsAsync<CascadeMovesException>(() => ordered);
        Assert.Equal([act], await Entered());
        held.Release(100);
    }

    private Task<long?> Command(string request, int level) =>
        _cluster.Grains.GetGrain<ISegmentGrain>(GrainKeys.Of(Pump)).Command(new(request, SegmentRules.CommandCause, level, "anna", "drill"));

    private async Task<IEnumerable<string>> Entered() =>
        (await _cluster.Services.GetRequiredService<IAuditLog>().Read(0, 10, Cancellation)).Select(row => AuditEntry.Read(row.Entry)!.Id);
}
