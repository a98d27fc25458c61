using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Import.Format;
using CityTwin.Import.Scenarios;
using CityTwin.Import.Security;
using Xunit;

namespace CityTwin.Import.Tests;

public sealed class CitySchemasTests
{
    [Fact]
    public void Every_object_of_the_schemas_has_the_properties_the_reader_knows()
    {
        Same(CityFormat.Manifest, "city", "properties");
        Same(CityFormat.Layers, "city", "properties", "layers", "properties");
        Same(CityFormat.Layer, "city", "$defs", "layer", "oneOf", "1", "properties");
        Same(CityFormat.Zone, "zones", FeatureProperties);
        Same(CityFormat.Segment, "segments", FeatureProperties);
        Same(CityFormat.Sensor, "sensors", FeatureProperties);
        Same(CityFormat.Evidence, "sensors", [.. FeatureProperties, "evidence", "properties"]);
        Same(CityFormat.Guard, "guards", FeatureProperties);
        Same(CityFormat.Background, "background", FeatureProperties);
        Same(CityFormat.Dependencies, "dependencies", "properties");
        Same(CityFormat.Network, "dependencies", Entry("networks"));
        Same(CityFormat.SegmentDependencies, "dependencies", Entry("segments"));
        Same(CityFormat.Backup, "dependencies", [.. Entry("segments"), "backup", "properties"]);
        Same(CityFormat.Restart, "dependencies", [.. Entry("segments"), "restart", "properties"]);
        Same(CityFormat.ZoneDependencies, "dependencies", Entry("zones"));
        Same(CityFormat.ZoneService, "dependencies", [.. Entry("zones"), "services", "additionalProperties", "properties"]);
        Same(CityFormat.SensorDependencies, "dependencies", Entry("sensors"));
        Same(CityFormat.Assumption, "common", "$defs", "assumptions", "additionalProperties", "properties");
        Same(SecurityFormat.Model, "security", "properties");
        Same(SecurityFormat.ResponsePlan, "security", "properties", "response", "properties");
        Same(SecurityFormat.ResponseParts, "security", "$defs", "response", "properties");
        Same(SecurityFormat.EstimateParts, "security", "$defs", "share", "oneOf", "1", "properties");
        Same(SecurityFormat.DetectionParts, "security", "$defs", "detection", "properties");
        Same(SecurityFormat.SecurityZone, "security", Entry("zones"));
        Same(SecurityFormat.Conduit, "security", Entry("conduits"));
        Same(SecurityFormat.Carried, "security", [.. Entry("conduits"), "carries", "items", "properties"]);
        Same(SecurityFormat.AssetParts, "security", Entry("assets"));
        Same(SecurityFormat.Area, "security", Entry("areas"));
        Same(SecurityFormat.ScheduleParts, "security", Entry("schedules"));
        Same(SecurityFormat.Span, "security", [.. Entry("schedules"), "spans", "items", "properties"]);
        Same(SecurityFormat.StepParts, "security", Entry("steps"));
        Same(SecurityFormat.Profile, "security", Entry("profiles"));
        Same(SecurityFormat.DefenceParts, "security", Entry("defences"));
        Same(ScenarioFormat.BreachScenario, "breach-scenario", "properties");
        Same(ScenarioFormat.Event.Remove(ScenarioFormat.Start), "breach-scenario", "properties", "events", "items", "oneOf", "0", "properties");
        Same([ScenarioFormat.At, ScenarioFormat.Start], "breach-scenario", "properties", "events", "items", "oneOf", "1", "properties");
        Same(ScenarioFormat.Repair, "breach-scenario", "properties", "repairs", "items", "properties");
        foreach (var layer in CityFormat.Layers)
        {
            Same(CityFormat.FeatureCollection, layer, "properties");
            Same(CityFormat.Feature, layer, "properties", "features", "items", "properties");
        }
    }

    [Fact]
    public void Every_operator_of_an_expression_is_in_the_schema()
    {
        var operators = At("common", "$defs", "expression", "oneOf").EnumerateArray().Skip(1)
            .Select(option => option.GetProperty("properties").EnumerateObject().Single().Name);

        Assert.Equal(CityFormat.Operators.Order(), operators.Order());
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("defences")]
    public void Every_effect_of_the_security_model_is_in_the_schema_with_its_properties(string list)
    {
        var words = list == "steps" ? SecurityFormat.EffectWords : SecurityFormat.DefenceEffectWords;
        var effects = At("security", [.. Entry(list), "effects", "items", "oneOf"]).EnumerateArray()
            .Select(option => option.GetProperty("properties").EnumerateObject().Single()).ToArray();

        Assert.Equal(words, effects.Select(effect => effect.Name));
        Assert.All(effects, effect => Assert.Equal(
            SecurityFormat.EffectParts[effect.Name].Order(StringComparer.Ordinal),
            effect.Value.GetProperty("properties").EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void Every_word_of_the_security_model_is_in_the_schema()
    {
        Words(SecurityFormat.StepKinds, [.. Entry("steps"), "kind", "enum"]);
        Words(SecurityFormat.StepLogics, [.. Entry("steps"), "logic", "enum"]);
        Words(SecurityFormat.KnowledgeWords, [.. Entry("profiles"), "knowledge", "enum"]);
        Words(SecurityFormat.DetectionPoints, "$defs", "detection", "properties", "at", "enum");
        Words(SecurityFormat.Weekdays, [.. Entry("schedules"), "spans", "items", "properties", "days", "items", "enum"]);
        var classes = At("security", [.. Entry("steps"), "effects", "items", "oneOf", "4", "properties", "disclosure", "properties", "recordClass", "enum"]);
        Assert.Equal(SecurityFormat.RecordClasses, classes.EnumerateArray().Select(word => word.GetString()!));
        var distributions = At("security", "$defs", "duration", "oneOf").EnumerateArray()
            .Select(option => option.GetProperty("properties").GetProperty("distribution"))
            .SelectMany(word => word.TryGetProperty("enum", out var several) ? several.EnumerateArray().ToArray() : [word.GetProperty("const")])
            .Select(word => word.GetString()!);
        Assert.Equal(SecurityFormat.Distributions.Select(pair => pair.Word), distributions);

        static void Words<T>(ImmutableArray<(string Word, T Value)> words, params string[] path) =>
            Assert.Equal(words.Select(pair => pair.Word), At("security", path).EnumerateArray().Select(word => word.GetString()!));
    }

    [Fact]
    public void Every_property_the_writer_can_write_is_one_the_reader_knows_and_the_small_city_uses_them_all()
    {
        var zones = Written("zones.geojson", CityFormat.Zone);
        var sensors = Written("sensors.geojson", CityFormat.Sensor);

        // The id of a written feature is the feature's own (RFC 7946), not a property.
        Assert.Equal(CityFormat.Zone.Remove("id").Order(), zones.Order());
        Assert.Equal(CityFormat.Sensor.Remove("id").Remove("assumptions").Order(), sensors.Order());
    }

    [Fact]
    public void A_schema_refers_only_to_what_is_there()
    {
        foreach (var name in CitySchemas.Names)
        {
            using var schema = JsonDocument.Parse(CitySchemas.Read(name));
            foreach (var reference in References(schema.RootElement))
            {
                var (file, path) = (reference.Split('#')[0], reference.Split('#')[1].Split('/')[1..]);
                At(file.Length == 0 ? name.Replace(".schema.json", "", StringComparison.Ordinal) : file.Replace(".schema.json", "", StringComparison.Ordinal), path);
            }
        }
    }

    private static string[] FeatureProperties => ["properties", "features", "items", "properties", "properties", "properties"];

    private static string[] Entry(string map) => ["properties", map, "additionalProperties", "properties"];

    private static void Same(ImmutableArray<string> known, string schema, params string[] path) =>
        Assert.Equal(known.Order(StringComparer.Ordinal), At(schema, path).EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));

    private static JsonElement At(string schema, params string[] path)
    {
        using var document = JsonDocument.Parse(CitySchemas.Read(schema + ".schema.json"));
        return path.Aggregate(document.RootElement, (element, step) =>
            element.ValueKind == JsonValueKind.Array ? element[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : element.GetProperty(step)).Clone();
    }

    private static HashSet<string> Written(string file, ImmutableArray<string> known)
    {
        using var document = JsonDocument.Parse(SmallCity.Folder.Files[file]);
        var names = document.RootElement.GetProperty("features").EnumerateArray()
            .SelectMany(feature => feature.GetProperty("properties").EnumerateObject()).Select(member => member.Name).ToHashSet();
        Assert.Subset(known.ToHashSet(), names);
        return names;
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        _ => [],
    };
}
