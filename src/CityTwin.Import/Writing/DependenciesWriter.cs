using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Writing;

/// <summary>Writes <c>dependencies.json</c>: networks, and the rules of segments, zones and sensors, by id.</summary>
internal static class DependenciesWriter
{
    private static readonly SegmentRule NoRule = new();

    public static void Write(City city, ILookup<string, Assumption> assumptions, Action<ReadOnlySpan<byte>> into)
    {
        using var file = new LineFile(into);
        file.Frame($$"""{"{{Names.Networks}}":{""");
        file.Lines(city.Networks, (writer, network) =>
        {
            writer.WriteStartObject();
            EntityWriter.WriteFacts(writer, network);
            EntityWriter.WriteAssumptions(writer, assumptions[network.Id.Value]);
            writer.WriteEndObject();
        }, network => network.Id.Value);
        file.Frame($$"""{{'\n'}}},"{{Names.Segments}}":{""");
        file.Lines(city.Segments.Where(segment => segment.Rule != NoRule || segment.NormallyOpen), (writer, segment) =>
        {
            writer.WriteStartObject();
            EntityWriter.WriteRules(writer, segment);
            writer.WriteEndObject();
        }, segment => segment.Id.Value);
        file.Frame($$"""{{'\n'}}},"{{Names.Zones}}":{""");
        file.Lines(city.Zones.Where(zone => !zone.Services.IsEmpty), (writer, zone) =>
        {
            writer.WriteStartObject();
            EntityWriter.WriteRules(writer, zone);
            writer.WriteEndObject();
        }, zone => zone.Id.Value);
        file.Frame($$"""{{'\n'}}},"{{Names.Sensors}}":{""");
        file.Lines(city.Sensors.Where(sensor => sensor.Availability is not null), (writer, sensor) =>
        {
            writer.WriteStartObject();
            EntityWriter.WriteRules(writer, sensor);
            writer.WriteEndObject();
        }, sensor => sensor.Id.Value);
        file.Frame("\n}}\n");
    }
}
