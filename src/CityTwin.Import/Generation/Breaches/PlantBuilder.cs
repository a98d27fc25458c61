using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>The ways to harm a plant: by its controller, over its fence, by plugging something in, or by two of these together.</summary>
internal sealed class PlantBuilder(CityDraft city, ModelDraft model, OfficeWays ways)
{
    /// <summary>No plant has more steps than this.</summary>
    public const int StepsMax = 15;

    private const int ReadingsMax = 20;
    private const int BrokenPermille = 200;
    private const double RepairSeconds = 2 * 86_400;

    private readonly Dictionary<string, Sensor> _sensors = city.Sensors.ToDictionary(sensor => sensor.Id.Value, StringComparer.Ordinal);
    private readonly ILookup<SegmentId, SensorId> _readings = city.Sensors
        .Where(sensor => sensor.Segment is not null && sensor.Role != SensorRole.Detection)
        .OrderBy(sensor => sensor.Id).ToLookup(sensor => sensor.Segment!.Value, sensor => sensor.Id);
    private readonly ILookup<(ZoneId, string), SensorId> _detectors = city.Sensors
        .Where(sensor => sensor.Role == SensorRole.Detection)
        .OrderBy(sensor => sensor.Id).ToLookup(sensor => (sensor.Zone, sensor.Kind), sensor => sensor.Id);

    public void Add(Plant plant)
    {
        var readings = plant.Switched.Add(new(plant.Slug)).Distinct().SelectMany(segment => _readings[segment]).Distinct().Order().Take(ReadingsMax).ToImmutableArray();
        var site = model.Asset(plant.Slug, plant.Name, "site", null, plant.Zone, [new(plant.Slug)], Detectors(plant));
        var controller = model.Asset(
            $"controller-{plant.Slug}", $"Controller of {plant.Name}", "controller", $"{plant.Word}-field", plant.Zone, plant.Switched, readings);
        var building = AddGround(plant, site);
        var cabinet = model.Physical($"{plant.Slug}-cabinet", $"Opens the cabinets: {plant.Name}", site, "open-cabinet", building, building, null);
        model.Physical(
            $"{plant.Slug}-break", $"Breaks the equipment: {plant.Name}", site, "break-equipment", building, building, null, [cabinet],
            new Destruction(new(plant.Slug), BrokenPermille, new(
                DurationKind.Lognormal, StarterLibrary.Guess(RepairSeconds, isShare: false), Estimate.Of(RepairSeconds / 2))));
        AddController(plant, controller, cabinet, readings);
    }

    private void AddController(Plant plant, AssetId controller, StepId cabinet, ImmutableArray<SensorId> readings)
    {
        var conduit = model.PlantConduit(plant.Word, plant.Slug, plant.Name, plant.Carried.Segment, plant.Carried.ByHandPermille);
        var remote = model.Cyber($"{plant.Slug}-remote", $"Reaches the controller from the control centre: {plant.Name}", controller, "reach-controller", [plant.Control], conduit);
        var plug = model.Cyber($"{plant.Slug}-plug", $"Plugs in at the cabinet: {plant.Name}", controller, "plug-in", [cabinet]);
        var command = model.Cyber(
            $"{plant.Slug}-command", $"Switches off: {plant.Name}", controller, "command", [remote, plug], null, false,
            plant.Switched.Select(segment => new Manipulation(segment, 0)));
        var lockOut = model.Cyber(
            $"{plant.Slug}-lock-out", $"Locks the operators out: {plant.Name}", controller, "lock-out", [remote, plug], null, false,
            new LossOfControl(plant.Switched));
        model.Cyber($"{plant.Slug}-outage", $"Switched off and locked: {plant.Name}", controller, "command", [command, lockOut], null, needsAll: true);
        if (!readings.IsEmpty)
        {
            model.Cyber(
                $"{plant.Slug}-blind", $"Shows the operators what is not so: {plant.Name}", controller, "blind", [remote, plug], null, false,
                new LossOfView(readings, IsLying: true));
        }
    }

    /// <summary>From the streets into the building; what stands in a street has no fence.</summary>
    private AreaId AddGround(Plant plant, AssetId site)
    {
        var (slug, name) = (plant.Slug, plant.Name);
        var (camera, door) = (Detector(plant, "camera"), Detector(plant, "door"));
        var outside = model.Area($"{slug}-outside", $"Outside: {name}", plant.Zone, plant.Outside);
        var building = model.Area($"{slug}-building", $"Inside: {name}", plant.Zone, plant.Building);
        model.Physical($"{slug}-approach", $"Comes to: {name}", site, "approach", ModelDraft.Streets, outside, null);
        var before = outside;
        if (plant.Yard is { } place)
        {
            before = model.Area($"{slug}-yard", $"Yard: {name}", plant.Zone, place);
            model.Physical($"{slug}-fence", $"Over the fence: {name}", site, "climb-fence", outside, before, camera);
            model.Physical($"{slug}-gate", $"Through the gate: {name}", site, "force-gate", outside, before, camera);
        }

        model.Physical($"{slug}-door", $"Through the door: {name}", site, "force-door", before, building, door);
        model.Physical($"{slug}-key", $"With a key: {name}", site, "open-with-key", outside, building, door, [ways.Account]);
        if (camera is { } watching)
        {
            model.Physical(
                $"{slug}-blind-camera", $"Blinds the camera: {name}", site, "blind-camera", outside, outside, camera, null,
                new LossOfView([watching], IsLying: false));
        }

        return building;
    }

    private IEnumerable<SensorId> Detectors(Plant plant) =>
        new[] { Detector(plant, "camera"), Detector(plant, "door") }.OfType<SensorId>().Order();

    /// <summary>The site's own sensor, or the first of its kind in the zone.</summary>
    private SensorId? Detector(Plant plant, string kind) =>
        _sensors.TryGetValue($"{kind}-{plant.Slug}", out var own) ? own.Id
        : _detectors[(plant.Zone, kind)].Select(id => (SensorId?)id).FirstOrDefault();
}
