using System.Text.Encodings.Web;
using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Security;

namespace CityTwin.Import.Scenarios;

/// <summary>Writes a breach scenario; what is written reads back the same, and the same scenario gives the same bytes.</summary>
public static class BreachScenarioWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(BreachScenario scenario)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            Write(writer, scenario);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, BreachScenario scenario)
    {
        writer.WriteStartObject();
        writer.WriteNumber(Names.SchemaVersion, BreachScenario.SchemaVersion);
        writer.WriteString(Names.Name, scenario.Name);
        writer.WriteString(ScenarioFormat.About, scenario.About);
        writer.WriteText(ScenarioFormat.City, scenario.City?.Value);
        if (scenario.StartsAt is { } at)
        {
            writer.WriteString(ScenarioFormat.StartsAt, at);
        }

        writer.WriteNumber(ScenarioFormat.HorizonSeconds, Seconds(scenario.HorizonTicks));
        writer.WriteString(ScenarioFormat.Profile, scenario.Profile.Value);
        writer.WriteIds(SecurityFormat.Entries, scenario.Entries);
        writer.WriteText(ScenarioFormat.Start, scenario.Start?.Value);
        writer.WriteIds(ScenarioFormat.Targets, scenario.Targets);
        writer.WriteList(ScenarioFormat.Events, scenario.Events, Write);
        writer.WriteIds(SecurityFormat.Defences, scenario.Defences);
        writer.WriteNumber(ScenarioFormat.Seed, scenario.Seed);
        writer.WriteNumber(ScenarioFormat.Runs, scenario.Runs);
        writer.WriteNumber(ScenarioFormat.InputDraws, scenario.InputDraws);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ScenarioEvent item)
    {
        writer.WriteStartObject();
        writer.WriteNumber(ScenarioFormat.At, Seconds(item.AfterTicks));
        switch (item)
        {
            case CeilingEvent ceiling:
                writer.WriteString(ScenarioFormat.Target, ceiling.Target.Value);
                writer.WriteNumber(ScenarioFormat.Level, ceiling.LevelPermille);
                writer.WriteString(ScenarioFormat.Cause, ceiling.Cause);
                break;
            case StartEvent start:
                writer.WriteIds(ScenarioFormat.Start, start.Segments);
                break;
        }

        writer.WriteEndObject();
    }

    private static decimal Seconds(long ticks) => (decimal)ticks / SegmentRule.TicksPerSecond;
}
