using CityTwin.Core.Alerts;
using CityTwin.Core.Views;
using CityTwin.Testing.Cities;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class AlertPublisherTests : IAsyncDisposable
{
    private const string Fire = "smoke.sensor.camera";
    private const string Flood = "above-limit.sensor.meter-00001";
    private readonly OutsideWorld _world = new(HarbourCity.Of());

    private Rows Rows => _world.Rows;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Alert_raised_and_cleared_within_one_version_of_the_view_goes_out_both_times()
    {
        await _world.TellAlerts();
        _world.Commit(Alert(Fire), Rows.Reading("meter-00000", 1), Alert(Fire, AlertPhase.Cleared));

        Assert.Equal([$"alerts {Fire} Raised 1", $"alerts {Fire} Cleared 3"], await _world.Said(2));
    }

    [Fact(Timeout = 30_000)]
    public async Task What_was_committed_while_nobody_told_it_goes_out_after_the_start()
    {
        _world.Commit(Alert(Fire));
        await using (await _world.TellAlerts())
        {
            Assert.Equal([$"alerts {Fire} Raised 1"], await _world.Said(1));
        }

        _world.Commit(Alert(Flood), Alert(Flood, AlertPhase.Cleared));
        await _world.TellAlerts();

        var told = await _world.Said(2);
        // The first may be told again: its bookmark may not have been kept any more.
        Assert.Equal([$"alerts {Flood} Raised 2", $"alerts {Flood} Cleared 3"], told[0].Contains(Fire, StringComparison.Ordinal) ? [told[1], .. await _world.Said(1)] : told);
    }

    [Fact(Timeout = 30_000)]
    public async Task Alert_whose_publishing_a_kill_cut_off_goes_out_after_the_restart()
    {
        var asked = new TaskCompletionSource();
        _world.Taking = _ =>
        {
            asked.TrySetResult();
            return new TaskCompletionSource().Task;
        };
        _world.Commit(Alert(Fire));
        await using (await _world.TellAlerts())
        {
            await asked.Task;
        }

        _world.Taking = _ => Task.CompletedTask;
        await _world.TellAlerts();

        Assert.Equal([$"alerts {Fire} Raised 1"], await _world.Said(1));
    }

    [Fact(Timeout = 30_000)]
    public async Task Broker_that_is_away_for_a_while_gets_every_alert_in_order_and_none_twice()
    {
        var failures = 2;
        _world.Taking = text => text.StartsWith(Flood, StringComparison.Ordinal) && failures-- > 0
            ? Task.FromException(new InvalidOperationException("The broker is not connected."))
            : Task.CompletedTask;
        await _world.TellAlerts();
        _world.Commit(Alert(Fire), Alert(Flood), Alert(Fire, AlertPhase.Acknowledged));

        Assert.Equal([$"alerts {Fire} Raised 1", $"alerts {Flood} Raised 2", $"alerts {Fire} Acknowledged 3"], await _world.Said(3));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("epoch")]
    [InlineData("another-log")]
    public async Task Where_the_log_has_moved_on_every_open_alert_is_told_as_it_is_now(string epoch)
    {
        _world.Commit(Alert(Fire), Alert(Flood), Alert(Fire, AlertPhase.Acknowledged));
        await _world.Save("mqtt-alerts", new(epoch, 1), TestContext.Current.CancellationToken);
        _world.FirstKept = 4;
        await _world.TellAlerts();

        Assert.Equal([$"alerts {Flood} Raised 2", $"alerts {Fire} Acknowledged 3"], await _world.Said(2));
        _world.Commit(Alert(Fire, AlertPhase.Cleared));
        Assert.Equal([$"alerts {Fire} Cleared 4"], await _world.Said(1));
    }

    [Fact(Timeout = 30_000)]
    public async Task Where_the_log_has_moved_on_an_alert_that_was_cleared_since_is_told_too()
    {
        _world.Commit(Alert(Flood), Alert(Flood, AlertPhase.Cleared), Alert(Fire), Alert(Fire, AlertPhase.Cleared));
        await _world.Save("mqtt-alerts", new("epoch", 3), TestContext.Current.CancellationToken);
        _world.FirstKept = 5;
        await _world.TellAlerts();

        Assert.Equal([$"alerts {Fire} Cleared 4"], await _world.Said(1));
    }

    [Fact(Timeout = 30_000)]
    public async Task Silo_that_is_elected_goes_on_where_the_one_before_it_was()
    {
        _world.Election = 0;
        await _world.TellAlerts();
        _world.Commit(Alert(Fire), Alert(Flood), Alert(Fire, AlertPhase.Cleared));
        await _world.Save("mqtt-alerts", new("epoch", 1), TestContext.Current.CancellationToken);
        _world.Election = 1;
        Assert.Equal([$"alerts {Flood} Raised 2", $"alerts {Fire} Cleared 3"], await _world.Said(2));

        // Another one is elected, tells the next two, and dies.
        _world.Election = 0;
        await _world.Save("mqtt-alerts", new("epoch", 5), TestContext.Current.CancellationToken);
        _world.Election = 2;
        _world.Commit(Alert(Fire), Alert(Fire, AlertPhase.Acknowledged), Alert(Flood, AlertPhase.Cleared));

        Assert.Equal([$"alerts {Flood} Cleared 6"], await _world.Said(1));
    }

    private PublishedRow Alert(string id, AlertPhase phase = AlertPhase.Raised) => Rows.Alert(id, AlertSeverity.Critical, phase);
}
