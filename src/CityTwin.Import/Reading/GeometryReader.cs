using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <summary>Reads RFC 7946 geometries. Of each geometry the first bad position is told, not all thousand.</summary>
internal sealed class GeometryReader(FaultList faults)
{
    /// <summary>Stands for a place that could not be read; no check asks where it lies.</summary>
    public static readonly LonLat Nowhere = new(double.NaN, double.NaN);

    private const double LongitudeMax = 180;
    private const double LatitudeMax = 90;

    /// <summary>More numbers than longitude, latitude, height and a measure are not a position.</summary>
    private const int NumbersMax = 4;
    private const int RingPositionsMin = 4;

    private string? _feature;
    private int _positions;

    /// <summary>One point; null after telling a fault.</summary>
    public LonLat? Point(FeatureRow row)
    {
        if (row.Point is { } point)
        {
            return Checked(point.Longitude, point.Latitude, row.GeometryPlace, row.Id);
        }

        return Start(row, "Point") is var (type, coordinates, place) && type == "Point" ? Position(coordinates, place) : null;
    }

    /// <summary>Nothing, a point or a line.</summary>
    public ImmutableArray<LonLat> Path(FeatureRow row)
    {
        if (row.Point is { } point)
        {
            return Checked(point.Longitude, point.Latitude, row.GeometryPlace, row.Id) is { } position ? [position] : [];
        }

        if (row.Geometry is null)
        {
            return [];
        }

        return Start(row, "Point", "LineString") switch
        {
            ("Point", var coordinates, var place) => Position(coordinates, place) is { } position ? [position] : [],
            ("LineString", var coordinates, var place) => Line(coordinates, place),
            _ => [],
        };
    }

    /// <summary>One or more polygons, their rings closed.</summary>
    public ImmutableArray<Polygon> Area(FeatureRow row) => Start(row, "Polygon", "MultiPolygon") switch
    {
        ("Polygon", var coordinates, var place) => Rings(coordinates, place) is { IsEmpty: false } rings ? [new Polygon(rings)] : [],
        ("MultiPolygon", var coordinates, var place) =>
            [.. Parts(coordinates, place, Rings).Where(rings => !rings.IsEmpty).Select(rings => new Polygon(rings))],
        _ => [],
    };

    /// <summary>Lines or areas, flattened into their parts.</summary>
    public (bool IsArea, ImmutableArray<ImmutableArray<LonLat>> Parts) Background(FeatureRow row) =>
        Start(row, "LineString", "MultiLineString", "Polygon", "MultiPolygon") switch
        {
            ("LineString", var coordinates, var place) => (false, [Line(coordinates, place)]),
            ("MultiLineString", var coordinates, var place) => (false, Parts(coordinates, place, Line)),
            ("Polygon", var coordinates, var place) => (true, Rings(coordinates, place)),
            ("MultiPolygon", var coordinates, var place) => (true, [.. Parts(coordinates, place, Rings).SelectMany(rings => rings)]),
            _ => (false, []),
        };

    private (string Type, JsonElement Coordinates, Place Place)? Start(FeatureRow row, params string[] types)
    {
        (_feature, _positions) = (row.Id, 0);
        if (row.Geometry is not { } element)
        {
            faults.Error(FaultCode.WrongGeometry, row.GeometryPlace, $"A {string.Join(" or ", types)} is needed here.", _feature);
            return null;
        }

        if (Fields.Of(element, row.GeometryPlace, CityFormat.Geometry, faults, _feature) is not { } fields)
        {
            return null;
        }

        var type = fields.Text(Names.Type);
        var coordinates = fields.Json(Names.Coordinates, required: true);
        fields.Close();
        if (type is not null && !types.Contains(type))
        {
            fields.Error(FaultCode.WrongGeometry, Names.Type, $"A {string.Join(" or ", types)} is needed here, not a {type}.");
            return null;
        }

        return type is null || coordinates is null ? null : (type, coordinates.Value, fields.PlaceOf(Names.Coordinates));
    }

    private ImmutableArray<ImmutableArray<LonLat>> Rings(JsonElement element, Place place) => Parts(element, place, Ring);

    private ImmutableArray<LonLat> Ring(JsonElement element, Place place)
    {
        var ring = Positions(element, place);
        if (ring.IsEmpty)
        {
            return ring;
        }

        if (ring[0] != ring[^1])
        {
            Error(FaultCode.RingNotClosed, place, "A ring must end where it begins; repeat its first position at its end.");
            return [];
        }

        if (ring.Length < RingPositionsMin)
        {
            Error(FaultCode.WrongGeometry, place, $"A ring has at least {RingPositionsMin} positions, the first repeated as the last.");
            return [];
        }

        return ring;
    }

    private ImmutableArray<LonLat> Line(JsonElement element, Place place)
    {
        var line = Positions(element, place);
        if (line.Length != 1)
        {
            return line;
        }

        Error(FaultCode.WrongGeometry, place, "A line has at least two positions; use a Point for one.");
        return [];
    }

    /// <summary>A list of parts; empty after the first part with a fault.</summary>
    private ImmutableArray<ImmutableArray<T>> Parts<T>(JsonElement element, Place place, Func<JsonElement, Place, ImmutableArray<T>> read)
    {
        if (!IsList(element, place))
        {
            return [];
        }

        var parts = ImmutableArray.CreateBuilder<ImmutableArray<T>>(element.GetArrayLength());
        foreach (var part in element.EnumerateArray())
        {
            var items = read(part, place.Element(parts.Count));
            if (items.IsEmpty)
            {
                return [];
            }

            parts.Add(items);
        }

        return parts.ToImmutable();
    }

    private ImmutableArray<LonLat> Positions(JsonElement element, Place place)
    {
        if (!IsList(element, place))
        {
            return [];
        }

        _positions += element.GetArrayLength();
        if (_positions > CityLimits.PositionsMax)
        {
            Error(FaultCode.LimitExceeded, place, $"A geometry has at most {CityLimits.PositionsMax} positions; simplify it.");
            return [];
        }

        var positions = ImmutableArray.CreateBuilder<LonLat>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
        {
            if (Position(item, place.Element(positions.Count)) is not { } position)
            {
                return [];
            }

            positions.Add(position);
        }

        return positions.ToImmutable();
    }

    private bool IsList(JsonElement element, Place place)
    {
        if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0)
        {
            return true;
        }

        Error(FaultCode.WrongGeometry, place, "A list of coordinates is needed here, and not an empty one.");
        return false;
    }

    private LonLat? Position(JsonElement element, Place place)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is < 2 or > NumbersMax
            || element.EnumerateArray().Any(number => number.ValueKind != JsonValueKind.Number))
        {
            Error(FaultCode.WrongGeometry, place, "A position is a list of two numbers: longitude, latitude.");
            return null;
        }

        return Checked(element[0].GetDouble(), element[1].GetDouble(), place, _feature);
    }

    private LonLat? Checked(double longitude, double latitude, Place place, string? feature)
    {
        if (Math.Abs(longitude) <= LongitudeMax && Math.Abs(latitude) <= LatitudeMax)
        {
            return new LonLat(longitude == 0 ? 0 : longitude, latitude == 0 ? 0 : latitude);
        }

        var shown = $"{Fields.Show(longitude)}, {Fields.Show(latitude)}";
        if (!double.IsFinite(longitude) || !double.IsFinite(latitude))
        {
            faults.Error(FaultCode.NotFinite, place, "A position must have finite numbers.", feature);
        }
        else if (Math.Abs(latitude) <= LongitudeMax && Math.Abs(longitude) <= LatitudeMax)
        {
            faults.Error(FaultCode.SwappedPosition, place, $"{shown} has latitude first; write longitude first, then latitude.", feature);
        }
        else if (Math.Abs(longitude) > LongitudeMax * 2 || Math.Abs(latitude) > LongitudeMax * 2)
        {
            faults.Error(FaultCode.WrongReferenceSystem, place,
                $"{shown} looks like metres; export the layer in WGS 84 (EPSG:4326), in degrees.", feature);
        }
        else
        {
            faults.Error(FaultCode.PositionOutOfRange, place,
                $"{shown} is not on earth: longitude is -180 to 180, latitude -90 to 90.", feature);
        }

        return null;
    }

    private void Error(string code, Place place, string message) => faults.Error(code, place, message, _feature);
}
