using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Testing.Cities;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class ZonePublisherTests : IAsyncDisposable
{
    private readonly OutsideWorld _world = new(HarbourCity.Of());

    private static City WithoutHospital { get; } = HarbourCity.Of(hash: "fedc") with
    {
        Zones = [.. HarbourCity.Of().Zones.Where(zone => zone.Id.Value != "hospital")],
        Sensors = [.. HarbourCity.Of().Sensors.Where(sensor => sensor.Zone.Value != "hospital")],
    };

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact(Timeout = 30_000)]
    public async Task Status_of_every_zone_goes_out_at_the_start_and_later_those_that_changed()
    {
        await _world.KeepZones();
        Assert.Equal(["zones/harbour/status 0", "zones/hospital/status 0", "zones/north/status 0"], await _world.Said(3));

        _world.Commit(_world.Rows.Alert("smoke.sensor.camera", AlertSeverity.Critical, zone: "harbour"));
        Assert.Equal(["zones/harbour/status 1", "zones/north/status 1"], await _world.Said(2));
    }

    [Fact(Timeout = 30_000)]
    public async Task Broker_that_lost_what_it_retained_gets_it_again_though_nothing_happens_in_the_city()
    {
        await _world.KeepZones();
        await _world.Said(3);

        _world.Generation = 2;

        Assert.Equal(["zones/harbour/status 0", "zones/hospital/status 0", "zones/north/status 0"], await _world.Said(3));
    }

    [Fact(Timeout = 30_000)]
    public async Task Silo_that_is_elected_puts_out_every_zone_at_once()
    {
        _world.Election = 0;
        await _world.KeepZones();
        _world.Commit(_world.Rows.Alert("smoke.sensor.camera", AlertSeverity.Critical, zone: "harbour"));
        _world.Election = 1;

        Assert.Equal(["zones/harbour/status 1", "zones/hospital/status 0", "zones/north/status 1"], await _world.Said(3));
    }

    [Fact(Timeout = 30_000)]
    public async Task Zone_that_a_changed_definition_took_out_is_taken_out_at_the_broker()
    {
        await _world.KeepZones();
        await _world.Said(3);

        _world.Redefine(WithoutHospital);

        Assert.Equal(["zones/hospital/status", "zones/harbour/status 0", "zones/north/status 0"], await _world.Said(3));
    }

    [Fact(Timeout = 30_000)]
    public async Task Zone_that_was_taken_out_while_nobody_told_it_is_taken_out_at_the_broker_after_the_start()
    {
        await using (await _world.KeepZones())
        {
            await _world.Said(3);
            while (await _world.Load("mqtt-zones", TestContext.Current.CancellationToken) is null)
            {
                await Task.Yield();
            }
        }

        _world.Redefine(WithoutHospital);
        await _world.KeepZones();

        Assert.Equal("zones/hospital/status", (await _world.Said(1))[0]);
    }
}
