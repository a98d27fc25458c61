using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>What <c>city.json</c> says.</summary>
/// <param name="SecurityFile">Null where the city has no security model.</param>
/// <param name="Layers">Layer name to its files; every layer has an entry, perhaps an empty one.</param>
internal sealed record Manifest(
    string Name,
    string TimeZone,
    bool IsSample,
    ImmutableDictionary<string, ImmutableArray<LayerSource>> Layers,
    string DependenciesFile,
    string? SecurityFile);

/// <summary>Reads <c>city.json</c>.</summary>
internal sealed class ManifestReader(CityFolder folder, FaultList faults)
{
    private const string UniversalTime = "UTC";

    /// <summary>The manifest as far as it can be read; null when there is none.</summary>
    public Manifest? Read()
    {
        if (!folder.Files.TryGetValue(CityFolder.ManifestName, out var bytes))
        {
            faults.Error(FaultCode.MissingFile, Place.Whole(CityFolder.ManifestName),
                $"A city needs the file {CityFolder.ManifestName}, which names its layers.");
            return null;
        }

        using var document = JsonFile.Parse(CityFolder.ManifestName, bytes, faults);
        if (document is null ||
            Fields.Of(document.RootElement, Place.Root(CityFolder.ManifestName), CityFormat.Manifest, faults) is not { } fields)
        {
            return null;
        }

        var version = fields.Number(Names.SchemaVersion, 1, int.MaxValue, required: true, whole: true);
        if (version is not null and not CityFormat.SchemaVersion)
        {
            fields.Error(FaultCode.UnsupportedVersion, Names.SchemaVersion,
                $"Only version {CityFormat.SchemaVersion} of the format is known here; a newer CityTwin may read this city.");
            return null;
        }

        var manifest = new Manifest(
            fields.Text(Names.Name) ?? "",
            TimeZone(fields),
            fields.Flag(Names.Sample),
            Layers(fields),
            FileName(fields, Names.Dependencies, required: false) ?? CityFormat.DependenciesFile,
            FileName(fields, Names.Security, required: false));
        fields.Close();
        return manifest;
    }

    private string TimeZone(Fields fields)
    {
        if (fields.Text(Names.TimeZone) is not { } name || name == UniversalTime)
        {
            return UniversalTime;
        }

        // Checked before the look-up, which reads a file of that name.
        var isName = name.Split('/') is { Length: <= 3 } parts && parts.All(part =>
            part.Length > 0 && char.IsAsciiLetter(part[0]) && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+'));
        if (isName && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
        {
            return name;
        }

        if (isName && !TimeZoneInfo.TryFindSystemTimeZoneById("Europe/London", out _))
        {
            faults.Warning(FaultCode.TimeZoneUnchecked, fields.PlaceOf(Names.TimeZone),
                $"This machine has no time zone data, so '{name}' could not be checked; install the package tzdata.");
            return name;
        }

        fields.Error(FaultCode.UnknownTimeZone, Names.TimeZone, $"'{name}' is no IANA time zone; write one such as Europe/Berlin.");
        return UniversalTime;
    }

    private ImmutableDictionary<string, ImmutableArray<LayerSource>> Layers(Fields fields)
    {
        var layers = CityFormat.Layers.ToDictionary(name => name, _ => ImmutableArray<LayerSource>.Empty);
        if (fields.Json(Names.Layers, required: true) is { } element &&
            Fields.Of(element, fields.PlaceOf(Names.Layers), CityFormat.Layers, faults) is { } members)
        {
            foreach (var name in CityFormat.Layers)
            {
                var required = name is Names.Zones or Names.Segments;
                if (members.Json(name, required) is { } layer)
                {
                    layers[name] = Sources(layer, members.PlaceOf(name), name);
                }
            }

            members.Close();
        }

        return layers.ToImmutableDictionary();
    }

    /// <summary>A file name, an object, or a list of these.</summary>
    private ImmutableArray<LayerSource> Sources(JsonElement element, Place place, string layer)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return Source(element, place, layer) is { } source ? [source] : [];
        }

        if (element.GetArrayLength() > CityLimits.FilesMax)
        {
            faults.Error(FaultCode.LimitExceeded, place, $"A layer has at most {CityLimits.FilesMax} files; join some.");
            return [];
        }

        return [.. element.EnumerateArray().Select((item, index) => Source(item, place.Element(index), layer)).OfType<LayerSource>()];
    }

    private LayerSource? Source(JsonElement element, Place place, string layer)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return CheckedName(JsonFile.Text(element), place) is { } name ? Plain(name) : null;
        }

        if (Fields.Of(element, place, CityFormat.Layer, faults) is not { } fields)
        {
            return null;
        }

        var file = FileName(fields, Names.File, required: true);
        var format = fields.Text(Names.Format, required: false);
        if (format is not null and not CityFormat.GeoJson and not CityFormat.Csv)
        {
            fields.Error(FaultCode.UnknownWord, Names.Format, $"'{format}' is not one of: {CityFormat.GeoJson}, {CityFormat.Csv}.");
        }

        var longitude = fields.Text(Names.Longitude, required: false);
        var latitude = fields.Text(Names.Latitude, required: false);
        var known = KnownIn(layer);
        var properties = Map(fields, Names.Properties, known, (value, at) => Column(value, at));
        var defaults = Map(fields, Names.Defaults, known, (value, _) => (JsonElement?)value.Clone());
        fields.Close();
        return file is null ? null : Plain(file) with
        {
            IsTable = format is null ? IsTableName(file) : format == CityFormat.Csv,
            LongitudeColumn = longitude ?? Names.Longitude,
            LatitudeColumn = latitude ?? Names.Latitude,
            Properties = properties.Where(pair => pair.Value is not null)
                .ToImmutableDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal),
            Defaults = defaults.ToImmutableDictionary(pair => pair.Key, pair => pair.Value!.Value, StringComparer.Ordinal),
            IsForeign = properties.Count > 0,
        };
    }

    private Dictionary<string, T> Map<T>(Fields fields, string name, ImmutableArray<string> known, Func<JsonElement, Place, T> read)
    {
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        if (fields.Json(name) is not { } element || JsonFile.Members(element, fields.PlaceOf(name), faults) is not { } members)
        {
            return map;
        }

        foreach (var (key, value) in members)
        {
            if (known.Contains(key))
            {
                map[key] = read(value, fields.PlaceOf(name).Member(key));
                continue;
            }

            var (code, message) = SpellingAdvice.For(key, known);
            faults.Error(code, fields.PlaceOf(name).Member(key), message);
        }

        return map;
    }

    private string? Column(JsonElement value, Place place)
    {
        if (value.ValueKind == JsonValueKind.String && JsonFile.Text(value) is { Length: > 0 } column)
        {
            return column;
        }

        faults.Error(FaultCode.WrongType, place, "This must be the file's own name for the property.");
        return null;
    }

    private string? FileName(Fields fields, string name, bool required) =>
        fields.Text(name, required) is { } text ? CheckedName(text, fields.PlaceOf(name)) : null;

    private string? CheckedName(string? name, Place place)
    {
        if (!string.IsNullOrEmpty(name) && name.Length <= CityLimits.TextLengthMax && name is not "." and not ".."
            && !name.Any(c => char.IsControl(c) || c is '/' or '\\' or ':'))
        {
            return name;
        }

        faults.Error(FaultCode.BadFileName, place, "This must be the name of a file beside city.json, without any folder.");
        return null;
    }

    private static LayerSource Plain(string file) => new(
        file, IsTableName(file), Names.Longitude, Names.Latitude,
        ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, JsonElement>.Empty, IsForeign: false);

    private static bool IsTableName(string file) => file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    private static ImmutableArray<string> KnownIn(string layer) => layer switch
    {
        Names.Zones => CityFormat.Zone,
        Names.Segments => CityFormat.Segment,
        Names.Sensors => CityFormat.Sensor,
        Names.Guards => CityFormat.Guard,
        _ => CityFormat.Background,
    };
}
