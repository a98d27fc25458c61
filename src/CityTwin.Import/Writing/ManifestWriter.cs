using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Security;

namespace CityTwin.Import.Writing;

/// <summary>Writes <c>city.json</c>.</summary>
internal static class ManifestWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static ReadOnlyMemory<byte> Write(City city)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber(Names.SchemaVersion, CityFormat.SchemaVersion);
            writer.WriteString(Names.Name, city.Name);
            writer.WriteString(Names.TimeZone, city.TimeZone);
            writer.WriteBoolean(Names.Sample, city.IsSample);
            writer.WriteStartObject(Names.Layers);
            writer.WriteString(Names.Zones, CityFormat.ZonesFile);
            writer.WriteString(Names.Segments, CityFormat.SegmentsFile);
            writer.WriteString(Names.Sensors, CityFormat.SensorsFile);
            writer.WriteString(Names.Guards, CityFormat.GuardsFile);
            if (!city.Background.IsEmpty)
            {
                writer.WriteString(Names.Background, CityFormat.BackgroundFile);
            }

            writer.WriteEndObject();
            writer.WriteString(Names.Dependencies, CityFormat.DependenciesFile);
            if (city.Security != SecurityModel.None)
            {
                writer.WriteString(Names.Security, SecurityFormat.File);
            }

            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }
}
