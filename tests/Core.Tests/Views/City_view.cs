using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Views;

public sealed class City_view
{
    private readonly City _city = HarbourCity.Of();
    private readonly Rows _rows;
    private readonly CityView _view;

    public City_view()
    {
        _rows = new(_city);
        _view = new(new(_city), "epoch");
    }

    [Fact]
    public void A_batch_moves_the_zones_it_serves_and_names_the_root()
    {
        _view.Apply([_rows.Command("substation", 0), _rows.Batch("substation", 0, ("substation", 0), ("busbar", 0), ("cable", 0), ("end", 0), ("pump", 0))]);

        var harbour = Status("harbour");
        Assert.Equal((0, ServiceHealth.Dark, 300), (harbour.WorstPermille, harbour.Health, harbour.PeopleAffected));
        var power = harbour.Services[0].Cause!;
        Assert.Equal(("cable", "substation", "storm"), (power.Segment.Value, power.Root.Value, power.RootCause!.Reason));
        Assert.Equal((1000, ServiceHealth.Normal), (Status("hospital").WorstPermille, Status("hospital").Health));
    }

    [Fact]
    public void A_status_takes_its_words_from_the_definition_so_that_they_are_kept_once()
    {
        var row = _rows.Reading("camera", 1);
        var status = (SensorStatus)row.Record!;
        _view.Apply([row with { Record = status with { Id = new(new string(status.Id.Value)) } }]);

        var place = _view.Current.Index.Find(status.Id)!.Value;
        Assert.Same(_city.Sensors[place].Id.Value, _view.Current.Sensors[place].Status!.Id.Value);
    }

    [Fact]
    public void A_cause_that_does_not_hold_the_root_is_not_told_as_the_reason()
    {
        _view.Apply([_rows.Command("battery", 700), _rows.Batch("battery", 700, ("battery", 0))]);

        var cause = Status("hospital").Services[0].Cause!;
        Assert.Equal(("battery", 0, null), (cause.Root.Value, cause.LevelPermille, cause.RootCause));
    }

    [Fact]
    public void A_sensor_without_power_is_unavailable_whatever_it_said_last()
    {
        _view.Apply([_rows.Reading("camera", 1)]);
        Assert.Equal((1, 0), (Status("hospital").Tally.Reporting, Status("hospital").Tally.Unavailable));

        _view.Apply([_rows.Batch("cable", 0, ("cable", 0), ("end", 0))]);

        Assert.Equal((0, 1), (Status("hospital").Tally.Reporting, Status("hospital").Tally.Unavailable));
        Assert.Equal(Coverage.Blind, Status("hospital").Coverage);
    }

    [Fact]
    public void A_version_stays_as_it_was_while_the_view_moves_on()
    {
        var before = _view.Apply([_rows.Reading("meter-00000", 1)]);

        _view.Apply([_rows.Reading("meter-00000", 2)]);

        Assert.Equal(1, before.Sensors[before.Index.Find(new SensorId("meter-00000"))!.Value].Status!.Value!.Value.Number);
        Assert.Equal(2, _view.Current.Sensors[before.Index.Find(new SensorId("meter-00000"))!.Value].Status!.Value!.Value.Number);
    }

    [Fact]
    public void A_new_reading_of_a_good_sensor_does_not_count_as_a_change_of_its_zone()
    {
        var first = _view.Apply([_rows.Reading("meter-00000", 1)]);

        var second = _view.Apply([_rows.Reading("meter-00000", 2)]);

        Assert.Empty(second.Zones.ChangedAfter(first.Seq));
        Assert.Single(second.Sensors.ChangedAfter(first.Seq));
        Assert.True(Status("harbour").NewestObservedAt > first.Zones[0].NewestObservedAt);
    }

    [Fact]
    public void A_gap_in_the_rows_is_refused()
    {
        _rows.Reading("meter-00000", 1);

        Assert.Throws<InvariantBrokenException>(() => _view.Apply([_rows.Reading("meter-00000", 2)]));
    }

    [Fact]
    public void A_removed_alert_is_remembered_for_those_who_resume()
    {
        var before = _view.Apply([_rows.Alert("offline.sensor.camera", AlertSeverity.Serious)]);
        Assert.Equal(1, Status("north").Tally.Serious);

        var after = _view.Apply([_rows.Gone("offline.sensor.camera")]);

        Assert.Equal(0, Status("north").Tally.OpenAlerts);
        Assert.Equal("offline.sensor.camera", Assert.Single(after.AlertRemovals, removal => removal.ChangedAt > before.Seq).Id.Value);
    }

    [Fact]
    public void A_guard_counts_at_its_post_and_then_where_it_is_sent()
    {
        var order = new GuardOrder("r", new("hospital"), "anna", "door", Rows.Start, Rows.Start, null, null, null);
        Assert.Equal(GuardRules.New(_city.Guards[0]), _view.Current.Guards[0].Status);
        var unheard = ZoneRules.TallyOf(_city.Guards[0], GuardRules.New(_city.Guards[0]))?.Tally.GuardsPresent ?? 0;
        Assert.Equal((unheard, unheard, 0), (Status("north").Tally.GuardsPresent, Status("harbour").Tally.GuardsPresent, Status("hospital").Tally.GuardsPresent));

        _view.Apply([_rows.Row(PublishedKind.Guard, "rex", new GuardStatus(new("rex"), GuardDuty.Available, default, Rows.Start, null, 1))]);
        Assert.Equal((1, 0), (Status("harbour").Tally.GuardsPresent, Status("hospital").Tally.GuardsPresent));

        _view.Apply([_rows.Row(PublishedKind.Guard, "rex", new GuardStatus(new("rex"), GuardDuty.EnRoute, default, Rows.Start, order, 2))]);

        Assert.Equal((0, 1), (Status("harbour").Tally.GuardsPresent, Status("hospital").Tally.GuardsOnTheWay));
    }

    [Fact]
    public void Another_definition_keeps_what_is_in_both()
    {
        _view.Apply(
        [
            _rows.Reading("meter-00000", 7), _rows.Batch("pump", 0, ("pump", 0)), _rows.Alert("a.zone.harbour", AlertSeverity.Critical),
            _rows.Row(PublishedKind.Guard, "rex", GuardRules.New(_city.Guards[0]) with { Duty = GuardDuty.Available, Version = 1 }),
        ]);
        var larger = HarbourCity.Of(meters: 5, hash: "fedcba98");

        var version = _view.Apply([new Rows(larger).Row("nothing", "x", null) with { Seq = 5 }], new CityIndex(larger));

        Assert.Equal(7, version.Sensors[version.Index.Find(new SensorId("meter-00000"))!.Value].Status!.Value!.Value.Number);
        Assert.Equal((0, 1, 1), (Status("harbour").WorstPermille, Status("harbour").Tally.Critical, Status("harbour").Tally.GuardsPresent));
        Assert.Equal(8 - 1, Status("north").Tally.Expected);
        Assert.Equal(larger.Sensors.Length, version.Sensors.ChangedAfter(3).Count());
    }

    [Fact]
    public void A_fork_starts_before_what_falls_due_next()
    {
        var version = _view.Apply([_rows.Batch("cable", 0, ("cable", 0))]);

        Assert.Equal(version.BatchAt + 500, version.Fork(version.BatchAt + 500).At);
        Assert.Equal(version.BatchAt, version.Fork(0).At);
        Assert.Equal(0, version.Fork(0).Segments.Single(segment => segment.Id.Value == "cable").LevelPermille);
    }

    /// <summary>Rows one by one, in groups, or as one snapshot: the same city, and tallies equal to a count from scratch.</summary>
    [Fact]
    public void However_rows_are_grouped_the_city_is_the_same() => Gen.Int[0, 5].Array[1, 60].Select(Gen.Int[1, 9]).Sample((choices, size) =>
    {
        var rows = new Rows(_city);
        var log = choices.Select((choice, i) => Draw(rows, choice, i)).ToList();
        var single = new CityView(new(_city), "epoch");
        log.ForEach(row => single.Apply([row]));
        var grouped = new CityView(single.Current.Index, "epoch");
        foreach (var group in log.Chunk(size))
        {
            grouped.Apply(group);
        }

        var snapshot = new CityView(single.Current.Index, "epoch");
        snapshot.Restart(single.Current.Index, "epoch", Newest(log), log.Count, log[^1].At);
        foreach (var other in new[] { grouped, snapshot })
        {
            for (var zone = 0; zone < _city.Zones.Length; zone++)
            {
                var (a, b) = (ZoneRules.StatusOf(single.Current, zone), ZoneRules.StatusOf(other.Current, zone));
                Assert.Equal(a with { Services = [] }, b with { Services = [] });
                Assert.Equal(a.Services.Select(service => service.LevelPermille), b.Services.Select(service => service.LevelPermille));
                Assert.Equal(Recount(other.Current, zone), b.Tally);
            }
        }
    });

    /// <summary>A segment that a batch settles without moving it, as it does a battery, is not one that the batch moved.</summary>
    [Fact]
    public void From_a_checkpoint_the_batch_that_moved_a_level_is_the_one_that_the_batches_tell_of()
    {
        var founding = Founding.Of(_city, CascadePlan.Of(_city), 0);
        Assert.Contains(founding.Batch.Settled, settled => settled.LevelPermille == 1000);
        _view.Apply([new(1, DateTimeOffset.UnixEpoch, PublishedKind.Batch, "1", founding.Batch)]);
        var later = new CityView(new(_city), "epoch");
        later.Apply([new(1, DateTimeOffset.UnixEpoch, PublishedKind.Checkpoint, "city", founding.Checkpoint)]);

        Assert.Equal(LevelBatches(_view), LevelBatches(later));
    }

    private static IEnumerable<long> LevelBatches(CityView view) =>
        Enumerable.Range(0, view.Current.Segments.Count).Select(segment => view.Current.Segments[segment].LevelBatch);

    private static PublishedRow Draw(Rows rows, int choice, int i) => choice switch
    {
        0 => rows.Reading("camera", i, (SensorCondition)(i % 6)),
        1 => rows.Reading("meter-00001", i, (SensorCondition)(i % 6)),
        2 => rows.Alert("a.zone.harbour", (AlertSeverity)(i % 4), (AlertPhase)(i % 3)),
        3 => rows.Gone("a.zone.harbour"),
        4 => rows.Batch("cable", i % 2 * 1000, ("cable", i % 2 * 1000), ("end", i % 2 * 1000)),
        _ => rows.Batch("pump", i % 3 * 500, ("pump", i % 3 * 500)),
    };

    /// <summary>The newest row of every key, by sequence; batches are kept all.</summary>
    private static List<PublishedRow> Newest(List<PublishedRow> log) =>
        [.. log.GroupBy(row => (row.Kind, row.Key)).Select(group => group.Last()).Where(row => row.Record is not null).OrderBy(row => row.Seq)];

    private static ZoneTally Recount(CityVersion version, int zone)
    {
        var tally = default(ZoneTally);
        for (var sensor = 0; sensor < version.Sensors.Count; sensor++)
        {
            tally += version.Index.IsWithin(version.Index.ZoneOfSensor[sensor], zone) ? ZoneRules.TallyOf(version.Sensors[sensor]) : default;
        }

        for (var guard = 0; guard < version.Guards.Count; guard++)
        {
            tally += ZoneRules.TallyOf(version.Index.City.Guards[guard], version.Guards[guard].Status) is { } counted
                && version.Index.IsWithin(version.Index.Find(counted.Zone)!.Value, zone) ? counted.Tally : default;
        }

        foreach (var alert in version.Alerts.Values)
        {
            tally += version.Index.IsWithin(version.Index.Find(alert.Status.Zone!.Value)!.Value, zone) ? ZoneRules.TallyOf(alert.Status) : default;
        }

        return tally;
    }

    private ZoneStatus Status(string zone) => ZoneRules.StatusOf(_view.Current, _view.Current.Index.Find(new ZoneId(zone))!.Value);
}
