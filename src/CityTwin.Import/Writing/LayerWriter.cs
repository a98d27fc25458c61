using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Writing;

/// <summary>Writes the GeoJSON layers: where things are, and their plain facts.</summary>
internal static class LayerWriter
{
    public static void Zones(City city, ILookup<string, Assumption> assumptions, Action<ReadOnlySpan<byte>> into) =>
        Write(into, city.Zones, (writer, zone) =>
        {
            Start(writer, zone.Id.Value);
            GeometryWriter.WriteArea(writer, zone.Area);
            StartProperties(writer);
            EntityWriter.WriteFacts(writer, zone);
            End(writer, assumptions[zone.Id.Value]);
        });

    public static void Segments(City city, ILookup<string, Assumption> assumptions, Action<ReadOnlySpan<byte>> into) =>
        Write(into, city.Segments, (writer, segment) =>
        {
            Start(writer, segment.Id.Value);
            GeometryWriter.WritePath(writer, segment.Path);
            StartProperties(writer);
            EntityWriter.WriteFacts(writer, segment);
            End(writer, assumptions[segment.Id.Value]);
        });

    public static void Sensors(City city, ILookup<string, Assumption> assumptions, Action<ReadOnlySpan<byte>> into) =>
        Write(into, city.Sensors, (writer, sensor) =>
        {
            Start(writer, sensor.Id.Value);
            GeometryWriter.WritePoint(writer, sensor.Position);
            StartProperties(writer);
            EntityWriter.WriteFacts(writer, sensor);
            End(writer, assumptions[sensor.Id.Value]);
        });

    public static void Guards(City city, ILookup<string, Assumption> assumptions, Action<ReadOnlySpan<byte>> into) =>
        Write(into, city.Guards, (writer, guard) =>
        {
            Start(writer, guard.Id.Value);
            GeometryWriter.WritePoint(writer, guard.Post);
            StartProperties(writer);
            EntityWriter.WriteFacts(writer, guard);
            End(writer, assumptions[guard.Id.Value]);
        });

    public static void Background(City city, Action<ReadOnlySpan<byte>> into) =>
        Write(into, city.Background, (writer, feature) =>
        {
            Start(writer, null);
            GeometryWriter.WriteBackground(writer, feature);
            StartProperties(writer);
            EntityWriter.WriteFacts(writer, feature);
            End(writer, []);
        });

    private static void Write<T>(Action<ReadOnlySpan<byte>> into, IEnumerable<T> things, Action<Utf8JsonWriter, T> write)
    {
        using var file = new LineFile(into);
        file.Frame($$"""{"{{Names.Type}}":"{{Names.FeatureCollection}}","{{Names.Features}}":[""")
            .Lines(things, write)
            .Frame("\n]}\n");
    }

    private static void Start(Utf8JsonWriter writer, string? id)
    {
        writer.WriteStartObject();
        writer.WriteString(Names.Type, Names.Feature);
        if (id is not null)
        {
            writer.WriteString(Names.Id, id);
        }

        writer.WritePropertyName(Names.Geometry);
    }

    private static void StartProperties(Utf8JsonWriter writer) => writer.WriteStartObject(Names.Properties);

    private static void End(Utf8JsonWriter writer, IEnumerable<Assumption> assumptions)
    {
        EntityWriter.WriteAssumptions(writer, assumptions);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
