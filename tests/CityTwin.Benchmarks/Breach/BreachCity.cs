using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Generation;
using CityTwin.Testing;
using CityTwin.Testing.Breaches;

namespace CityTwin.Benchmarks.Breach;

/// <summary>A generated city with 300 attack steps in layers, a third of which switch something off.</summary>
internal static class BreachCity
{
    private const int Population = 4_500_000;
    private const int Layers = 10;
    private const int StepsInLayer = 28;

    public static City Build()
    {
        var city = CityGenerator.Generate(new(Population, 7, null, "Bench City"));
        var draws = new Draws(5);
        var feeders = city.Segments.Where(segment => segment.Kind is "feeder" or "station" or "pump" or "substation" or "exchange").Select(segment => segment.Id).ToArray();
        var cameras = city.Sensors.Where(sensor => sensor.Role == SensorRole.Detection).Select(sensor => sensor.Id).ToArray();
        var steps = new List<AttackStep> { BreachModels.Cyber("entry", StepLogic.Any, [], Duration.None) };
        for (var layer = 0; layer < Layers; layer++)
        {
            for (var number = 0; number < StepsInLayer; number++)
            {
                string[] parents = layer == 0 ? ["entry"]
                    : [.. Enumerable.Range(0, 2).Select(_ => Id(layer - 1, draws.Between(0, StepsInLayer - 1))).Distinct()];
                CompromiseEffect[] effects = number % 3 == 0 ? [new Manipulation(draws.OneOf(feeders), 0)] : [];
                steps.Add(BreachModels.Cyber(
                    Id(layer, number), number % 4 == 0 ? StepLogic.All : StepLogic.Any, parents,
                    new(DurationKind.Gamma, Estimate.Of(1_800), Estimate.Of(900)), 0.9, [BreachModels.Noticed(0.02)], effects));
            }
        }

        string[] areas = ["outside", "fence", "yard", "hall", "room"];
        for (var area = 1; area < areas.Length; area++)
        {
            for (var way = 0; way < 4; way++)
            {
                steps.Add(BreachModels.Physical(
                    $"way-{areas[area]}-{way}", areas[area - 1], areas[area], Duration.Normal(120 + (30 * way), 30),
                    [BreachModels.Noticed(0.3, DetectionPoint.Middle, draws.OneOf(cameras).Value)]));
            }
        }

        steps.Add(BreachModels.Physical("break", "room", "room", Duration.Normal(300, 60), null, new Destruction(draws.OneOf(feeders), 0, Duration.Exponential(14_400))));
        var model = BreachModels.SecurityOf(
            steps, BreachModels.Adversary(["entry"], "outside", hands: 3, neutralisation: 0.8, knowledge: Knowledge.None),
            BreachModels.Answer(Duration.Exponential(7_200)), BreachModels.Answer(null));
        var place = city.Segments.First(segment => segment.Id == feeders[0]).Path[0];
        return city with { Security = model with { Areas = [.. model.Areas.Select(area => area with { Position = place })] } };
    }

    public static BreachScenario Scenario(City city) =>
        BreachModels.Scenario([Id(Layers - 1, 1), "break"], horizonTicks: 48 * BreachModels.Hour);

    private static string Id(int layer, int number) => $"step-{layer:00}-{number:00}";
}
