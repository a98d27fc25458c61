using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Writing;

/// <summary>Writes RFC 7946 geometries; numbers in their shortest form that reads back the same.</summary>
internal static class GeometryWriter
{
    public static void WritePoint(Utf8JsonWriter writer, LonLat point)
    {
        Start(writer, "Point");
        WritePosition(writer, point);
        writer.WriteEndObject();
    }

    /// <summary>Null for no place, a Point for one position, a LineString for more.</summary>
    public static void WritePath(Utf8JsonWriter writer, ImmutableArray<LonLat> path)
    {
        switch (path.Length)
        {
            case 0:
                writer.WriteNullValue();
                return;
            case 1:
                WritePoint(writer, path[0]);
                return;
        }

        Start(writer, "LineString");
        WritePositions(writer, path);
        writer.WriteEndObject();
    }

    public static void WriteArea(Utf8JsonWriter writer, ImmutableArray<Polygon> area)
    {
        if (area.Length == 1)
        {
            Start(writer, "Polygon");
            WriteParts(writer, area[0].Rings);
            writer.WriteEndObject();
            return;
        }

        Start(writer, "MultiPolygon");
        writer.WriteStartArray();
        foreach (var polygon in area)
        {
            WriteParts(writer, polygon.Rings);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A background: its parts as the rings of one Polygon, or as the lines of a MultiLineString.</summary>
    public static void WriteBackground(Utf8JsonWriter writer, BackgroundFeature feature)
    {
        Start(writer, feature.IsArea ? "Polygon" : "MultiLineString");
        WriteParts(writer, feature.Parts);
        writer.WriteEndObject();
    }

    private static void Start(Utf8JsonWriter writer, string type)
    {
        writer.WriteStartObject();
        writer.WriteString(Names.Type, type);
        writer.WritePropertyName(Names.Coordinates);
    }

    private static void WriteParts(Utf8JsonWriter writer, ImmutableArray<ImmutableArray<LonLat>> parts)
    {
        writer.WriteStartArray();
        foreach (var part in parts)
        {
            WritePositions(writer, part);
        }

        writer.WriteEndArray();
    }

    private static void WritePositions(Utf8JsonWriter writer, ImmutableArray<LonLat> positions)
    {
        writer.WriteStartArray();
        foreach (var position in positions)
        {
            WritePosition(writer, position);
        }

        writer.WriteEndArray();
    }

    private static void WritePosition(Utf8JsonWriter writer, LonLat position)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(position.Longitude);
        writer.WriteNumberValue(position.Latitude);
        writer.WriteEndArray();
    }
}
