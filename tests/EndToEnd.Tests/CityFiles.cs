using System.Text.Json.Nodes;
using CityTwin.Import;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Changes to the files of a city, as somebody with an editor would make them.</summary>
internal static class CityFiles
{
    /// <summary>Names the first segment "Renamed".</summary>
    /// <returns>Its id.</returns>
    public static string RenameOne(string folder)
    {
        var path = Path.Combine(folder, "segments.geojson");
        var layer = JsonNode.Parse(File.ReadAllText(path))!;
        var segment = layer["features"]![0]!["properties"]!;
        segment["name"] = "Renamed";
        File.WriteAllText(path, layer.ToJsonString());
        Assert.NotNull(CityReader.Open(folder).City);
        return (layer["features"]![0]!["id"] ?? segment["id"])!.GetValue<string>();
    }
}
