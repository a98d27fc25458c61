using System.Collections.Frozen;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What people call the things of a city and of its security model; what has no name is called by its id.</summary>
public sealed class BreachNames
{
    private readonly FrozenDictionary<string, string> _steps;
    private readonly FrozenDictionary<string, string> _sensors;
    private readonly FrozenDictionary<string, string> _guards;
    private readonly FrozenDictionary<string, string> _segments;
    private readonly FrozenDictionary<string, string> _zones;
    private readonly FrozenDictionary<string, string> _areas;
    private readonly FrozenDictionary<string, string> _defences;
    private readonly FrozenDictionary<string, string> _profiles;

    public BreachNames(City city)
    {
        var model = city.Security;
        _steps = Named(model.Steps, step => step.Id.Value, step => step.Name);
        _sensors = Named(city.Sensors, sensor => sensor.Id.Value, sensor => sensor.Name);
        _segments = Named(city.Segments, segment => segment.Id.Value, segment => segment.Name);
        _zones = Named(city.Zones, zone => zone.Id.Value, zone => zone.Name);
        _areas = Named(model.Areas, area => area.Id.Value, area => area.Name);
        _defences = Named(model.Defences, defence => defence.Id.Value, defence => defence.Name);
        _profiles = Named(model.Profiles, profile => profile.Id.Value, profile => profile.Name);

        // Guards that a defence adds are in no list of the city.
        var added = model.Defences.SelectMany(defence => defence.Effects).OfType<GuardAdded>().Select(effect => effect.Guard);
        _guards = Named(city.Guards.Concat(added).DistinctBy(guard => guard.Id), guard => guard.Id.Value, guard => guard.Name);
    }

    public string Step(string id) => Of(_steps, id);

    public string Sensor(string id) => Of(_sensors, id);

    public string Guard(string id) => Of(_guards, id);

    public string Segment(string id) => Of(_segments, id);

    public string Zone(string id) => Of(_zones, id);

    public string Area(string id) => Of(_areas, id);

    public string Defence(string id) => Of(_defences, id);

    public string Profile(string id) => Of(_profiles, id);

    /// <summary>A service such as <c>citizen-services</c>, as words.</summary>
    public static string Service(string id) => id.Replace('-', ' ');

    private static string Of(FrozenDictionary<string, string> names, string id) =>
        names.TryGetValue(id, out var name) && name.Length > 0 ? name : id;

    private static FrozenDictionary<string, string> Named<T>(IEnumerable<T> items, Func<T, string> id, Func<T, string> name) =>
        items.ToFrozenDictionary(id, name, StringComparer.Ordinal);
}
