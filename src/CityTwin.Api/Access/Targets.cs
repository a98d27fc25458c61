using System.Collections.Frozen;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace CityTwin.Api.Access;

/// <summary>
/// The zones that a request touches: those of the things that it names. A request that names nothing touches the city as a
/// whole, unless its method is known to cut its answer to what the caller sees: a new method is closed until somebody says
/// otherwise.
/// </summary>
internal static class Targets
{
    /// <summary>Fields that hold the names of things acted on or read.</summary>
    public static readonly FrozenSet<string> Fields = FrozenSet.Create(StringComparer.Ordinal, "name", "names", "parent", "place", "zone");

    /// <summary>Methods whose answers are cut to the caller's sight, by the method's name.</summary>
    public static readonly FrozenSet<string> CutToSight = new[]
    {
        "ListZones", "WatchZones", "ListSegments", "WatchSegments", "ListSensors", "WatchSensors", "ListGuards", "WatchGuards",
        "ListAlerts", "WatchAlerts", "ListAssets", "WatchAssets", "ListConduits", "WatchConduits", "ListCascades", "GetCascade",
        "GetCityMap", "WatchCity", "GetServiceInfo", "ListWeakestLinks", "ListChanges", "GetPastCity",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The names that a request holds.</summary>
    public static IEnumerable<string> NamesIn(IMessage request)
    {
        foreach (var field in request.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType != FieldType.String || !Fields.Contains(field.Name))
            {
                continue;
            }

            if (field.IsRepeated)
            {
                foreach (var name in (RepeatedField<string>)field.Accessor.GetValue(request))
                {
                    yield return name;
                }
            }
            else
            {
                yield return (string)field.Accessor.GetValue(request);
            }
        }
    }

    /// <summary>The zones that a thing lies in. What is no thing of this city, or of no zone, touches the city as a whole.</summary>
    public static IReadOnlyList<int> ZonesOf(CityVersion version, string name)
    {
        var index = version.Index;
        return name.Split('/') switch
        {
            ["zones", var id] => [index.Find(new ZoneId(id)) ?? AccessRules.WholeCity],
            ["segments", var id] => [Zone(index.ZoneOfSegment, index.Find(new SegmentId(id)))],
            ["sensors", var id] => [Zone(index.ZoneOfSensor, index.Find(new SensorId(id)))],
            ["guards", var id] => [Zone(index.ZoneOfGuard, index.Find(new GuardId(id)))],
            ["assets", var id] => [Zone(index.ZoneOfAsset, index.Find(new AssetId(id)))],
            ["conduits", var id] when index.Find(new ConduitId(id)) is { } conduit => Touch.OfConduit(index, conduit),
            ["alerts", var id] => Touch.OfAlert(index, new(id)),
            ["grains", var kind, var key] => ZonesOf(version, $"{CollectionOf(kind)}/{key}"),
            _ => [AccessRules.WholeCity],
        };
    }

    private static int Zone(System.Collections.Immutable.ImmutableArray<int> zones, int? place) => place is { } at ? zones[at] : AccessRules.WholeCity;

    private static string CollectionOf(string grain) => grain switch
    {
        GrainTypes.Zone => "zones",
        GrainTypes.Segment => "segments",
        GrainTypes.Sensor => "sensors",
        GrainTypes.Guard => "guards",
        GrainTypes.Asset => "assets",
        GrainTypes.Conduit => "conduits",
        GrainTypes.Alert => "alerts",
        _ => "",
    };
}
