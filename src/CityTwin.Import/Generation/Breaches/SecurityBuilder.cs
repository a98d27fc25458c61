using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>
/// How a generated city can be attacked, watched and defended: networks of office, border, registers and control
/// centres; plants and cables on their ground; five adversaries, a response and a catalogue of defences. Types and numbers
/// are those of <see cref="StarterLibrary"/>.
/// </summary>
internal sealed class SecurityBuilder(TownPlan plan, CityDraft city)
{
    private const int CamerasMax = 200;
    private const int ForgedMax = 3;
    private const int ResidentsPerRoute = 12_000;
    private const int RoutesMin = 2;
    private const int RoutesMax = 200;
    private const int StepsPerRoute = 3;
    private const int PlantsPerRoute = 3;
    private const double CableRepairSeconds = 8 * 3600;

    // Of the order of a European household.
    private static readonly Estimate PersonsPerConnection = new(2.1, 1.8, 2.4, StarterLibrary.Assumed, 0.5);

    private readonly ModelDraft _model = new(plan);

    public SecurityModel Build()
    {
        if (plan.Options.AttackSteps == 0)
        {
            return SecurityModel.None;
        }

        _model.Area(ModelDraft.Streets.Value, "In the streets", ZoneBuilder.IdOf(plan.Zones[0]), plan.Centre.OnEarth());
        var ways = new OfficeBuilder(plan, _model).Build();
        AddCameras(ways);
        AddMeters(ways);
        var plants = AddGround(ways);
        new DefenceCatalogue(plan, city, _model).Build(plants);
        return _model.Finish(Adversaries.Profiles, Adversaries.Schedules, Adversaries.Response, PersonsPerConnection);
    }

    /// <summary>One server records the cameras of all sites.</summary>
    private void AddCameras(OfficeWays ways)
    {
        var cameras = city.Sensors.Where(sensor => sensor.Kind == "camera").Select(sensor => sensor.Id).Order().Take(CamerasMax).ToImmutableArray();
        if (cameras.IsEmpty)
        {
            return;
        }

        var server = _model.Asset("camera-server", "Camera server", "camera-server", "office", null, null, cameras);
        var exposed = _model.Cyber("cameras-exposed", "Finds the camera server on the internet", server, "expose-device", [ways.Internet]);
        _model.Cyber(
            "cameras-blind", "Shows old pictures", server, "blind", [exposed, ways.Admin], null, false, new LossOfView(cameras, IsLying: true));
    }

    /// <summary>Meters that say what is not so move nothing, until an operator believes them.</summary>
    private void AddMeters(OfficeWays ways)
    {
        var voltages = city.Sensors
            .Where(sensor => sensor is { Kind: "voltage", Segment: not null } && city[sensor.Segment.Value].Kind == "station")
            .OrderBy(sensor => sensor.Id).Take(ForgedMax).ToArray();
        if (voltages.Length == 0)
        {
            return;
        }

        var station = _model.Asset("meter-collector", "Collector of the meters", "historian", "border", null, null, voltages.Select(sensor => sensor.Id));
        var exposed = _model.Cyber("meters-exposed", "Finds the collector on the internet", station, "expose-device", [ways.Internet]);
        var take = _model.Cyber("meters-take", "Owns the collector of the meters", station, "escalate", [exposed, ways.Admin]);
        var forged = voltages.Select((sensor, index) => _model.Cyber(
            $"meters-forge-{index + 1}", $"Forges {sensor.Name}", station, "blind", [take], null, false,
            new ForgedReading(
                sensor.Id, StarterLibrary.Guess(0.4, isShare: true), Duration.Normal(900, 300), sensor.Segment!.Value, 0))).ToArray();
        _model.Cyber("meters-forged", "All these meters lie at once", station, "command", forged, null, needsAll: true);
    }

    /// <summary>Plants and cables, as many as the limit on attack steps leaves room for.</summary>
    private ImmutableArray<Plant> AddGround(OfficeWays ways)
    {
        var (builder, added) = (new PlantBuilder(city, _model, ways), ImmutableArray.CreateBuilder<Plant>());
        var routes = new Queue<Segment>(Routes());
        foreach (var plant in new Plants(plan, city, ways).InTurn())
        {
            if (added.Count % PlantsPerRoute == 0)
            {
                AddRoute(routes);
            }

            if (_model.StepCount + PlantBuilder.StepsMax > plan.Options.AttackSteps)
            {
                break;
            }

            builder.Add(plant);
            added.Add(plant);
        }

        while (AddRoute(routes))
        {
        }

        return added.ToImmutable();
    }

    private IEnumerable<Segment> Routes()
    {
        var cables = city.Segments.Where(segment => segment is { Kind: "cable", Zone: not null }).OrderBy(segment => segment.Id).ToArray();
        var count = Math.Min(cables.Length, Math.Clamp(plan.Options.Population / ResidentsPerRoute, RoutesMin, RoutesMax));
        return Enumerable.Range(0, count).Select(route => cables[route * cables.Length / count]);
    }

    private bool AddRoute(Queue<Segment> routes)
    {
        if (_model.StepCount + StepsPerRoute > plan.Options.AttackSteps || !routes.TryDequeue(out var cable))
        {
            return false;
        }

        var (slug, zone) = (cable.Id.Value, cable.Zone!.Value);
        var route = _model.Asset(slug, cable.Name, "cable-route", null, zone, [cable.Id]);
        var street = _model.Area($"{slug}-street", $"Over the cable: {cable.Name}", zone, cable.Path[0]);
        var camera = city.Sensors.Where(sensor => sensor.Kind == "camera" && sensor.Zone == zone).Select(sensor => (SensorId?)sensor.Id).Order().FirstOrDefault();
        _model.Physical($"{slug}-approach", $"Comes to: {cable.Name}", route, "approach", ModelDraft.Streets, street, null);
        var open = _model.Physical($"{slug}-open", $"Opens the manhole: {cable.Name}", route, "open-manhole", street, street, camera);
        _model.Physical(
            $"{slug}-cut", $"Cuts and carries off: {cable.Name}", route, "cut-cable", street, street, camera, [open],
            new Destruction(cable.Id, 0, new(
                DurationKind.Lognormal, StarterLibrary.Guess(CableRepairSeconds, isShare: false), Estimate.Of(CableRepairSeconds / 2))));
        return true;
    }
}
