using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>Goes through the features of a layer file, GeoJSON or table, and hands them on in one form.</summary>
internal sealed class LayerReader(CityFolder folder, FaultList faults)
{
    // How the coordinate systems that mean WGS 84 in degrees, longitude first, are spelled in GeoJSON of before 2016.
    private static readonly ImmutableArray<string> DegreesInWgs84 = ["CRS84", "EPSG:4326", "EPSG::4326"];

    /// <summary>Reads every feature of a file; whatever keeps a feature from being read is told, and the next one follows.</summary>
    /// <returns>False when the file could not be read at all.</returns>
    /// <param name="known">The properties a feature of this layer may have.</param>
    /// <param name="hasIds">False for the background, whose features have none.</param>
    public bool Read(LayerSource layer, ImmutableArray<string> known, bool hasIds, Action<FeatureRow> read)
    {
        if (!folder.Files.TryGetValue(layer.File, out var bytes))
        {
            faults.Error(FaultCode.MissingFile, Place.Whole(layer.File),
                $"{CityFolder.ManifestName} names the file '{layer.File}', which is not there; add it or correct the name.");
            return false;
        }

        if (layer.IsTable)
        {
            using var table = new Table(layer.File, faults).Read(bytes);
            return table is not null && ReadTable(table.RootElement, layer, known, hasIds, read);
        }

        using var collection = JsonFile.ParseLong(layer.File, bytes, [Names.Features], faults);
        return collection is not null && ReadCollection(collection, layer, known, hasIds, read);
    }

    private bool ReadCollection(
        LongFile file, LayerSource layer, ImmutableArray<string> known, bool hasIds, Action<FeatureRow> read)
    {
        if (Fields.Of(file.Root, Place.Root(layer.File), CityFormat.FeatureCollection, faults) is not { } collection)
        {
            return false;
        }

        CheckType(collection, Names.FeatureCollection);
        CheckReferenceSystem(collection);
        var features = collection.Json(Names.Features, required: true);
        if (!layer.IsForeign)
        {
            collection.Close();
        }

        var place = collection.PlaceOf(Names.Features);
        if (features is not { } list || !IsListOfFeatures(list, file.CountOf(Names.Features), place))
        {
            return false;
        }

        var index = 0;
        foreach (var (_, feature) in file.ThingsOf(Names.Features))
        {
            if (Feature(feature, place.Element(index++), layer, known, hasIds) is { } row)
            {
                read(row);
            }
        }

        return true;
    }

    private bool IsListOfFeatures(JsonElement list, int count, Place place)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            faults.Error(FaultCode.WrongType, place, $"'features' must be a list, not {JsonFile.NameOf(list.ValueKind)}.");
            return false;
        }

        if (count > CityLimits.FeaturesMax)
        {
            faults.Error(FaultCode.LimitExceeded, place, $"A layer has at most {CityLimits.FeaturesMax} features.");
            return false;
        }

        return true;
    }

    private FeatureRow? Feature(JsonElement element, Place place, LayerSource layer, ImmutableArray<string> known, bool hasIds)
    {
        if (Fields.Of(element, place, CityFormat.Feature, faults) is not { } feature)
        {
            return null;
        }

        CheckType(feature, Names.Feature);
        var geometry = feature.Json(Names.Geometry);
        var properties = feature.Json(Names.Properties);
        var members = properties is { } value
            ? JsonFile.Members(value, feature.PlaceOf(Names.Properties), faults)
            : new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (members is null)
        {
            return null;
        }

        var fields = Fields.OfLayer(members, feature.PlaceOf(Names.Properties), known, faults, layer);
        var id = hasIds ? Id(feature, fields, layer) : null;
        feature.Feature = id;
        fields.Feature = id;
        if (!layer.IsForeign)
        {
            feature.Close();
        }

        return new FeatureRow(place, id, geometry, null, feature.PlaceOf(Names.Geometry), fields);
    }

    /// <summary>The feature's own id (RFC 7946), else the property; where the manifest names a property, only that.</summary>
    private static string? Id(Fields feature, Fields fields, LayerSource layer)
    {
        var isMapped = layer.Properties.ContainsKey(Names.Id);
        if (isMapped || !feature.Has(Names.Id))
        {
            return fields.Id(Names.Id);
        }

        var own = feature.Id(Names.Id);
        if (fields.Has(Names.Id) && fields.Id(Names.Id) is { } other && own is not null && other != own)
        {
            fields.Error(FaultCode.Contradiction, Names.Id, $"The feature's id is '{own}' and its property says '{other}'; keep one.");
        }

        return own;
    }

    private bool ReadTable(JsonElement rows, LayerSource layer, ImmutableArray<string> known, bool hasIds, Action<FeatureRow> read)
    {
        if (rows.GetArrayLength() > CityLimits.FeaturesMax)
        {
            faults.Error(FaultCode.LimitExceeded, Place.Whole(layer.File), $"A layer has at most {CityLimits.FeaturesMax} rows.");
            return false;
        }

        // The two columns are properties too, but only of the table.
        var columns = known.Add(layer.LongitudeColumn).Add(layer.LatitudeColumn);
        var row = 1;
        foreach (var element in rows.EnumerateArray())
        {
            var place = Place.Row(layer.File, ++row);
            var members = JsonFile.Members(element, place, faults)!;
            if (members.Count == 0)
            {
                continue;
            }

            var fields = Fields.OfLayer(members, place, columns, faults, layer);
            fields.Feature = hasIds ? fields.Id(Names.Id) : null;
            var hasPlace = fields.Has(layer.LongitudeColumn) || fields.Has(layer.LatitudeColumn);
            var longitude = hasPlace ? fields.Number(layer.LongitudeColumn, double.MinValue, double.MaxValue, required: true) : null;
            var latitude = hasPlace ? fields.Number(layer.LatitudeColumn, double.MinValue, double.MaxValue, required: true) : null;
            LonLat? point = longitude is { } x && latitude is { } y ? new LonLat(x, y) : null;
            read(new FeatureRow(place, fields.Feature, null, point, fields.PlaceOf(layer.LongitudeColumn), fields));
        }

        return true;
    }

    private static void CheckType(Fields fields, string expected)
    {
        if (fields.Text(Names.Type) is { } type && type != expected)
        {
            fields.Error(FaultCode.WrongType, Names.Type, $"The type must be '{expected}', not '{type}'.");
        }
    }

    private void CheckReferenceSystem(Fields collection)
    {
        if (collection.Json(Names.ReferenceSystem) is not { } system)
        {
            return;
        }

        var name = system.ValueKind == JsonValueKind.Object
            && system.TryGetProperty(Names.Properties, out var properties) && properties.ValueKind == JsonValueKind.Object
            && properties.TryGetProperty(Names.Name, out var value) && value.ValueKind == JsonValueKind.String
            ? JsonFile.Text(value) ?? ""
            : "";
        if (!DegreesInWgs84.Any(known => name.EndsWith(known, StringComparison.OrdinalIgnoreCase)))
        {
            faults.Error(FaultCode.WrongReferenceSystem, collection.PlaceOf(Names.ReferenceSystem),
                "Coordinates must be WGS 84 in degrees (RFC 7946); export the layer in that system and leave out 'crs'.");
        }
    }
}
