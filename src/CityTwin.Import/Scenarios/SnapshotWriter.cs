using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;

namespace CityTwin.Import.Scenarios;

/// <summary>Writes the state of a city at an instant, as a starting point for simulations; the same state gives the same bytes.</summary>
public static class SnapshotWriter
{
    /// <summary>The only version of the format so far.</summary>
    public const int SchemaVersion = 1;

    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static void Write(Stream stream, SimulationStart start)
    {
        using var writer = new Utf8JsonWriter(stream, Options);
        writer.WriteStartObject();
        writer.WriteNumber(Names.SchemaVersion, SchemaVersion);
        writer.WriteString(ScenarioFormat.City, start.City.Value);
        writer.WriteNumber(ScenarioFormat.At, start.At);
        writer.WriteStartArray(ScenarioFormat.Segments);
        foreach (var segment in start.Segments)
        {
            WriteSegment(writer, segment);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSegment(Utf8JsonWriter writer, SegmentStart segment)
    {
        writer.WriteStartObject();
        writer.WriteString(Names.Id, segment.Id.Value);
        writer.WriteNumber(ScenarioFormat.Level, segment.LevelPermille);
        if (segment.Operator is { } memory)
        {
            writer.WriteStartObject(ScenarioFormat.Operator);
            writer.WriteNumber(ScenarioFormat.At, memory.At);
            writer.WriteNumber(ScenarioFormat.BackupInput, memory.BackupInputPermille);

            // As text: a charge may be larger than what other programs' numbers hold exactly.
            writer.WriteString(ScenarioFormat.Charge, memory.Charge.ToString(CultureInfo.InvariantCulture));
            writer.WriteStartArray(ScenarioFormat.Window);
            foreach (var step in memory.Window)
            {
                writer.WriteStartObject();
                writer.WriteNumber(ScenarioFormat.Since, step.Since);
                writer.WriteNumber(ScenarioFormat.Input, step.InputPermille);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        if (!segment.Causes.IsEmpty)
        {
            writer.WriteStartArray(ScenarioFormat.Causes);
            foreach (var cause in segment.Causes)
            {
                writer.WriteStartObject();
                writer.WriteString(Names.Name, cause.Name);
                writer.WriteNumber(ScenarioFormat.Level, cause.LevelPermille);
                writer.WriteString(ScenarioFormat.By, cause.By);
                writer.WriteString(ScenarioFormat.Reason, cause.Reason);
                writer.WriteNumber(ScenarioFormat.Since, cause.Since.ToUnixTimeMilliseconds());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
