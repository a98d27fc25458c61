using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace CityTwin.Import.Tests;

/// <summary>The small city with one thing changed, and what the reader says of it.</summary>
internal static class EditedCity
{
    public const string Manifest = "city.json";
    public const string Dependencies = "dependencies.json";
    public const string Zones = "zones.geojson";
    public const string Segments = "segments.geojson";
    public const string Sensors = "sensors.geojson";
    public const string SecurityFile = "security.json";
    public const string Guards = "guards.geojson";

    /// <summary>The folder with one JSON file edited.</summary>
    public static CityFolder Edit(this CityFolder folder, string file, Action<JsonNode> edit)
    {
        var node = JsonNode.Parse(folder.Files[file].Span)!;
        edit(node);
        return folder.With(file, node.ToJsonString());
    }

    /// <summary>The folder with one feature of a layer edited.</summary>
    public static CityFolder EditFeature(this CityFolder folder, string file, string id, Action<JsonNode> edit) =>
        folder.Edit(file, node => edit(node["features"]!.AsArray().Single(feature => (string?)feature!["id"] == id)!));

    /// <summary>The folder with one property of one feature set (or, with null, taken away).</summary>
    public static CityFolder Set(this CityFolder folder, string file, string id, string property, JsonNode? value) =>
        folder.EditFeature(file, id, feature => Put(feature["properties"]!, property, value));

    /// <summary>The folder with one property of a segment's rule set.</summary>
    public static CityFolder SetRule(this CityFolder folder, string segment, string property, JsonNode? value) =>
        folder.Edit(Dependencies, node => Put(node["segments"]![segment]!, property, value));

    /// <summary>The folder with one property of a thing of the security model set.</summary>
    public static CityFolder SetSecurity(this CityFolder folder, string list, string id, string property, JsonNode? value) =>
        folder.Edit(SecurityFile, node => Put(node[list]![id]!, property, value));

    /// <summary>The folder with a text of a file replaced.</summary>
    public static CityFolder Replace(this CityFolder folder, string file, string old, string @new)
    {
        var text = Encoding.UTF8.GetString(folder.Files[file].Span);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return folder.With(file, text.Replace(old, @new, StringComparison.Ordinal));
    }

    /// <summary>The only fault of a city that has exactly one: one mistake must not be told as several.</summary>
    public static Fault OnlyFault(this CityFolder folder)
    {
        var read = CityReader.Read(folder);
        var fault = Assert.Single(read.Faults);
        Assert.Equal(fault.Severity == FaultSeverity.Warning, read.City is not null);
        Assert.NotEmpty(fault.Message);
        return fault;
    }

    /// <summary>Asserts that a fault is among those of a city.</summary>
    public static void ShouldFaultAmong(this CityFolder folder, string code, string file, string place) =>
        Assert.Contains((code, file, place), CityReader.Read(folder).Faults.Select(fault => (fault.Code, fault.File, fault.Place)));

    /// <summary>Asserts that a city has exactly one fault, and which.</summary>
    public static Fault ShouldFault(this CityFolder folder, string code, string file, string place, string? feature = null)
    {
        var fault = folder.OnlyFault();
        Assert.Equal((code, file, place, feature), (fault.Code, fault.File, fault.Place, fault.FeatureId));
        return fault;
    }

    private static void Put(JsonNode parent, string property, JsonNode? value)
    {
        if (value is null)
        {
            parent.AsObject().Remove(property);
        }
        else
        {
            parent[property] = value;
        }
    }
}
