using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityTwin.Core.Dependencies;
using CityTwin.Import.Generation;
using Xunit;

namespace CityTwin.Import.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public void A_written_city_reads_back_as_the_same_city_without_a_fault()
    {
        var read = CityReader.Read(SmallCity.Folder);

        Assert.Empty(read.Faults);
        Assert.Equal(SmallCity.City.Hash, read.City!.Hash);
        Assert.Equal(SmallCity.Folder.ToBundle(), CityWriter.Write(read.City).ToBundle());
    }

    [Fact]
    public void A_bundle_unpacks_to_the_same_files()
    {
        var folder = SmallCity.Folder.With("raw.csv", new byte[] { 0xFF, 0x00, 0x80 });

        var unpacked = CityFolder.FromBundle(folder.ToBundle());

        Assert.Empty(unpacked.Faults);
        Assert.Equal(folder.ToBundle(), unpacked.Folder!.ToBundle());
        Assert.Equal([0xFF, 0x00, 0x80], unpacked.Folder.Files["raw.csv"].ToArray());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("one thing a line\n")]
    public void A_file_too_long_for_one_JSON_string_unpacks_to_the_same_bytes(string before)
    {
        var text = before + new string('\u20AC', 50_000_000);

        var unpacked = CityFolder.FromBundle(CityFolder.Empty.With("sensors.geojson", text).ToBundle());

        Assert.Empty(unpacked.Faults);
        Assert.Equal(Encoding.UTF8.GetBytes(text), unpacked.Folder!.Files["sensors.geojson"].Span);
    }

    [Fact]
    public void A_bundle_written_while_its_files_are_made_is_that_of_the_files()
    {
        using var bundle = new MemoryStream();
        CityWriter.WriteBundle(SmallCity.City, bundle);

        Assert.Equal(SmallCity.Folder.ToBundle(), bundle.ToArray());
        Assert.Equal(SmallCity.City.Hash.Value, Convert.ToHexStringLower(SHA256.HashData(bundle.ToArray())));
    }

    [Fact]
    public void What_many_things_have_in_common_is_read_once()
    {
        var city = CityReader.Read(CityWriter.Write(CityGenerator.Generate(new(20_000, 3, 400, "Shared")))).City!;

        Assert.True(city.Sensors.DistinctBy(sensor => sensor.Limits).Count() < 30);
        foreach (var alike in city.Sensors.GroupBy(sensor => sensor.Limits))
        {
            Assert.All(alike, sensor => Assert.Same(alike.Key, sensor.Limits));
        }

        foreach (var alike in city.Sensors.GroupBy(sensor => RuleText.Of(sensor.Availability)))
        {
            Assert.All(alike, sensor => Assert.Same(alike.First().Availability, sensor.Availability));
        }

        var zones = city.Zones.ToDictionary(zone => zone.Id);
        Assert.All(city.Sensors, sensor => Assert.Same(zones[sensor.Zone].Id.Value, sensor.Zone.Value));
    }

    [Fact]
    public void A_city_written_to_disk_opens_from_there_as_a_folder_and_as_a_bundle_file()
    {
        var directory = Directory.CreateTempSubdirectory("citytwin-");
        try
        {
            SmallCity.Folder.WriteTo(directory.FullName);
            var bundle = Path.Combine(directory.FullName, "all.bundle");
            File.WriteAllBytes(bundle, SmallCity.Folder.ToBundle());

            Assert.Equal(SmallCity.City.Hash, CityReader.Open(directory.FullName).City!.Hash);
            Assert.Equal(SmallCity.City.Hash, CityReader.Open(bundle).City!.Hash);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_hash_does_not_depend_on_formatting_or_on_the_order_of_features()
    {
        var folder = SmallCity.Folder;
        foreach (var (name, content) in SmallCity.Folder.Files)
        {
            var node = JsonNode.Parse(content.Span)!;
            if (node["features"] is JsonArray features)
            {
                node["features"] = new JsonArray([.. features.Reverse().Select(feature => feature!.DeepClone())]);
            }

            folder = folder.With(name, Encoding.UTF8.GetBytes("\uFEFF" + node.ToJsonString(new JsonSerializerOptions { WriteIndented = true })));
        }

        var read = CityReader.Read(folder);

        Assert.Empty(read.Faults);
        Assert.Equal(SmallCity.City.Hash, read.City!.Hash);
    }

    [Fact]
    public void The_hash_is_the_sha256_of_the_canonical_bundle_and_changes_with_any_part()
    {
        var bundle = SmallCity.Folder.ToBundle();

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bundle)), SmallCity.City.Hash.Value);
        Assert.NotEqual(SmallCity.City.Hash, CityWriter.HashOf(SmallCity.City with { Name = "Another" }));
    }
}
