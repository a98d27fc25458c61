using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CityTwin.Import;
using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Changes to the files of a city, as somebody with an editor would make them.</summary>
internal static partial class CityFiles
{
    /// <summary>The sample town, in which no sensor is stale or silent before a test has ended.</summary>
    public static void CopyPatientSample(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(SampleCity.Folder))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var sensors = Path.Combine(folder, "sensors.geojson");
        File.WriteAllText(sensors, Limits().Replace(File.ReadAllText(sensors), "\"reportIntervalMilliseconds\":3600000,\"offlineAfterMilliseconds\":7200000"));
        Assert.NotNull(CityReader.Open(folder).City);
    }

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

    [GeneratedRegex("""
        "reportIntervalMilliseconds":\d+,"offlineAfterMilliseconds":\d+
        """)]
    private static partial Regex Limits();
}
