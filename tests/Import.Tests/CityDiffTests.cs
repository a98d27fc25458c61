using CityTwin.Core.Dependencies;
using Xunit;

namespace CityTwin.Import.Tests;

public sealed class CityDiffTests
{
    [Fact]
    public void A_city_does_not_differ_from_itself_as_read_again() =>
        Assert.True(CityDiff.Between(SmallCity.City, CityReader.Read(SmallCity.Folder).City!).IsEmpty);

    [Fact]
    public void Differences_are_told_by_kind_id_and_property()
    {
        var before = SmallCity.City;
        var works = before.Segments.Single(segment => segment.Id.Value == "works");
        var quarter = before.Zones.Single(zone => zone.Id.Value == "quarter");
        var camera = before.Sensors.Single(sensor => sensor.Id.Value == "camera");
        var after = before with
        {
            Name = "Another",
            Zones = before.Zones.Replace(quarter, quarter with
            {
                PeopleByDay = 7,
                Services = [quarter.Services[0] with { CriticalBelowPermille = null }, quarter.Services[1]],
            }),
            Segments = before.Segments.Replace(works, works with
            {
                Path = [],
                Rule = works.Rule with { Needs = null, Backup = new Backup(100, 14_400_000, null) },
            }),
            Sensors = before.Sensors.Remove(camera).Add(camera with { Id = new("camera-two") }),
            Background = [],
            Assumptions = [],
        };

        var changes = CityDiff.Between(before, after).Changes
            .Select(change => $"{change.Kind} {change.Thing} {change.Id}: {string.Join(", ", change.Properties)}");

        Assert.Equal(
            [
                "Changed city : name",
                "Changed zone quarter: assumptions, peopleByDay, services.power",
                "Changed network grid: assumptions",
                "Changed segment works: assumptions, backup.coverPermille, geometry, needs",
                "Removed sensor camera: ",
                "Added sensor camera-two: ",
                "Changed background : ",
            ],
            changes);
    }
}
