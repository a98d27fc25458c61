using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Generation;

namespace CityTwin.Benchmarks.Breach;

/// <summary>
/// A generated city of about 10,000 segments with 300 attack steps, and a state that goes for all of it: every plant is to be
/// put out, from every network it has a way into, and one in person.
/// </summary>
internal static class BreachCity
{
    private const int Population = 10_300_000;
    private const int Sensors = 20_000;
    private const int AttackSteps = 300;
    private const long HorizonTicks = 14L * 24 * 3600 * 1000;

    public static City Build() =>
        CityGenerator.Generate(new GeneratorOptions(Population, 1, Sensors, "Bench City") { AttackSteps = AttackSteps });

    public static BreachScenario Scenario(City city)
    {
        var model = city.Security;
        var state = model.Profiles.First(profile => profile.Id.Value == "state");
        var targets = model.Steps.Where(step => !step.Effects.IsEmpty).Select(step => step.Id);
        return new("Everything", "", null, null, HorizonTicks, state.Id, [], null, [.. targets], [], [], 1, 10_000, 0);
    }
}
