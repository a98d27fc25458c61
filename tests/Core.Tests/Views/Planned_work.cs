using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Testing.Cities;
using Xunit;

namespace CityTwin.Core.Tests.Views;

public sealed class Planned_work
{
    private static readonly DateTimeOffset Now = Rows.Start.AddHours(1);

    [Theory]
    [InlineData("harbour", "hospital", "harbour")]
    [InlineData("north", "hospital", "north")]
    [InlineData("hospital", "hospital", "hospital")]
    [InlineData("hospital", "harbour", null)]
    public void Work_covers_its_zone_and_those_nested_in_it(string worked, string asked, string? by)
    {
        var version = Version(worked, Now.AddHours(1));

        Assert.Equal(by, PlannedWorkRules.CoverOf(version, new ZoneId(asked), Now)?.Value);
        Assert.Null(PlannedWorkRules.CoverOf(version, new ZoneId(asked), Now.AddHours(1)));
    }

    [Fact]
    public void Alerts_are_due_when_work_begins_and_again_when_it_ends()
    {
        var version = Version("north", Now.AddHours(1), "offline.sensor.camera", "door-forced.sensor.camera");

        Assert.Equal([new(new("offline.sensor.camera"), new ZoneId("north"))], AlertReview.Due(version, Now));
        Assert.Empty(AlertReview.Due(version, Now.AddHours(1)));
    }

    [Fact]
    public void Work_that_is_over_is_not_shown()
    {
        Assert.Equal(Now.AddHours(1), ZoneRules.StatusOf(Version("north", Now.AddHours(1)), 2).PlannedWorkUntil);
        Assert.Null(ZoneRules.StatusOf(Version("north", Rows.Start), 2).PlannedWorkUntil);
    }

    [Fact]
    public void What_a_zone_says_of_itself_now_changes_its_status()
    {
        var version = Version("north", Now);
        var counted = ZoneFactRules.Count(ZoneFactRules.New(new("harbour")), 7, "anna");

        var place = version.Index.Find(new ZoneId("harbour"))!.Value;
        Assert.Equal(7, version.With(counted).Zones[place].Facts!.PeopleCounted);
        Assert.Same(version, version.With(ZoneFactRules.New(new("harbour"))));
    }

    private static CityVersion Version(string zone, DateTimeOffset until, params string[] alerts)
    {
        var city = HarbourCity.Of();
        var rows = new Rows(city);
        return new CityView(new(city), "epoch").Apply(
        [
            rows.Row(PublishedKind.Zone, zone, ZoneFactRules.PlanWork(ZoneFactRules.New(new(zone)), until, "anna", "cables")),
            .. alerts.Select(alert => rows.Alert(alert, AlertSeverity.Warning, zone: "hospital")),
        ]);
    }
}
