using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Generation;
using CityTwin.Import.Sample;
using CityTwin.Import.Security;
using Xunit;

namespace CityTwin.Import.Tests.Generation;

/// <summary>The security model of a generated city: of the library, to scale, and with nothing in it that nobody can do.</summary>
public sealed class SecurityBuilderTests
{
    private static readonly City Havenbrug = CityGenerator.Generate(SampleCity.Options);

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(60, 40, 60)]
    [InlineData(120, 106, 120)]
    [InlineData(400, 106, 400)]
    public void Model_has_no_more_steps_than_asked_and_uses_the_room(int limit, int least, int most) => Assert.InRange(
        CityGenerator.Generate(SampleCity.Options with { AttackSteps = limit }).Security.Steps.Length, least, most);

    [Fact]
    public void Large_city_has_a_few_hundred_steps() =>
        Assert.InRange(CityGenerator.Generate(new(1_000_000, 8, 1_000, "Town")).Security.Steps.Length, 380, 400);

    [Fact]
    public void No_steps_means_a_city_as_it_was_before() =>
        Assert.Equal(SecurityModel.None, CityGenerator.Generate(SampleCity.Options with { AttackSteps = 0 }).Security);

    [Theory]
    [InlineData(1)]
    [InlineData(59)]
    [InlineData(-1)]
    [InlineData(20_001)]
    public void Limit_out_of_range_is_refused(int limit) =>
        Assert.Single((SampleCity.Options with { AttackSteps = limit }).Faults());

    [Fact]
    public void Every_kind_of_plant_adversary_effect_and_defence_is_there()
    {
        var model = Havenbrug.Security;
        Assert.Superset(
            new HashSet<string> { "substation-north-break", "waterworks-outage", "exchange-old-town-command", "pump-old-town-door", "cameras-blind", "meters-forged" },
            model.Steps.Select(step => step.Id.Value).ToHashSet());
        Assert.Equal(["criminal-group", "insider", "state", "thief", "vandal"], model.Profiles.Select(profile => profile.Kind));
        var effects = model.Steps.SelectMany(step => step.Effects).Select(effect => effect.GetType()).ToHashSet();
        Assert.Equal(6, effects.Count);
        Assert.Equal(
            StarterLibrary.Defences.Select(type => type.Word).Order(StringComparer.Ordinal),
            model.Defences.Select(defence => defence.Kind).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Sites_are_watched_by_their_own_cameras_and_doors()
    {
        var fence = Havenbrug.Security.Steps.Single(step => step.Id.Value == "substation-north-fence");
        var door = Havenbrug.Security.Steps.Single(step => step.Id.Value == "substation-north-door");

        Assert.Equal("camera-substation-north", Assert.Single(fence.Detections).Sensor?.Value);
        Assert.Equal("door-substation-north", Assert.Single(door.Detections).Sensor?.Value);
    }

    [Fact]
    public void Every_uncertain_number_of_the_library_has_a_source()
    {
        var estimates = StarterLibrary.Steps.SelectMany(type => new[] { type.Duration.FirstSeconds, type.Exists, type.Skill, type.Detected ?? Estimate.One })
            .Concat(StarterLibrary.Defences.Select(type => type.Cost)).Append(StarterLibrary.Communication)
            .Append(StarterLibrary.Crew.FirstSeconds).Append(StarterLibrary.Crew.SecondSeconds);

        Assert.All(estimates, estimate => Assert.True(estimate.Value is 0 or 1 || estimate.Source is not null, estimate.ToString()));
        Assert.All(StarterLibrary.Assets, type => Assert.NotEmpty(type.Source));
        Assert.All(estimates, estimate => Assert.True(estimate.Low <= estimate.Value && estimate.Value <= estimate.High, estimate.ToString()));
    }

    [Fact]
    public void Every_technique_of_the_library_is_one() => Assert.All(
        StarterLibrary.Steps.SelectMany(type => type.Techniques), technique => Assert.Contains(technique, AttackTechniques.Names.Keys));
}
