using System.Text.Json;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Replays as JSON: the story with ids, and in words; times in seconds since the beginning, quantities in hours.</summary>
public static class ReplayJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static byte[] Write(Replay replay)
    {
        var words = new ReplayWords(replay);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            WriteHead(writer, replay);
            Each(writer, "story", replay.Story, line => WriteLine(writer, line));
            Each(writer, "tale", words.Tale(), line =>
            {
                Seconds(writer, "at", line.AfterTicks);
                writer.WriteString("text", line.Text);
            });
            writer.WriteStartObject("outcome");
            writer.WriteString("text", words.Outcome());
            WriteFacts(writer, replay.Facts);
            writer.WriteEndObject();
            Each(writer, "counterfactuals", replay.Counterfactuals, one => WriteCounterfactual(writer, one, words));
            writer.WriteBoolean("cutShort", replay.IsCutShort);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter writer, Replay replay)
    {
        var scenario = replay.Job.Scenario;
        writer.WriteNumber("schemaVersion", Replay.SchemaVersion);
        writer.WriteString("scenario", scenario.Name);
        writer.WriteString("given", "that someone tries");
        writer.WriteString("city", replay.City.Hash.Value);
        writer.WriteString("startsAt", DateTimeOffset.FromUnixTimeMilliseconds(replay.Job.Start.At));
        writer.WriteString("profile", scenario.Profile.Value);
        writer.WriteNumber("seed", scenario.Seed);
        writer.WriteNumber("run", replay.Number);
        writer.WriteNumber("rulesVersion", replay.RulesVersion);
    }

    private static void WriteLine(Utf8JsonWriter writer, StoryLine line)
    {
        Seconds(writer, "at", line.AfterTicks);
        writer.WriteString("kind", Word(line.Kind.ToString()));
        writer.WriteString("subject", line.Subject);
        if (line.Detail.Length > 0)
        {
            writer.WriteString("detail", line.Detail);
        }

        if (line.BeforePermille is { } before)
        {
            writer.WriteNumber("beforePermille", before);
        }

        if (line.Why is { } why)
        {
            writer.WriteString("why", Word(why.ToString()));
        }
    }

    private static void WriteFacts(Utf8JsonWriter writer, ReplayFacts facts)
    {
        writer.WriteBoolean("succeeded", facts.HasSucceeded);
        Seconds(writer, "succeededAt", facts.SucceededAt);
        Seconds(writer, "detectedAt", facts.DetectedAt);
        Seconds(writer, "arrivedAt", facts.ArrivedAt);
        Seconds(writer, "interruptedAt", facts.InterruptedAt);
        Seconds(writer, "neutralisedAt", facts.NeutralisedAt);
        Seconds(writer, "restoredAt", facts.RestoredAt);
        writer.WriteNumber("personHours", facts.LostThousandthHours / 1000m);
        Each(writer, "records", facts.Records, one =>
        {
            writer.WriteString("class", one.RecordClass);
            writer.WriteNumber("records", one.Records);
        });
        Each(writer, "services", facts.Services, hit => WriteHit(writer, hit));
    }

    private static void WriteCounterfactual(Utf8JsonWriter writer, Counterfactual one, ReplayWords words)
    {
        writer.WriteString("changes", Word(one.Change.Kind.ToString()));
        writer.WriteString("id", one.Change.Id);
        writer.WriteString("text", words.Sentence(one));
        writer.WriteBoolean("decisive", one.IsDecisive);
        writer.WriteBoolean("succeeded", one.Facts.HasSucceeded);
        Seconds(writer, "succeededAt", one.Facts.SucceededAt);
        writer.WriteNumber("personHoursSaved", one.SavedThousandthHours / 1000m);
        writer.WriteNumber("recordsSaved", one.SavedRecords);
        Each(writer, "staysUp", one.Saved, hit => WriteHit(writer, hit));
        Each(writer, "fails", one.Failed, hit => WriteHit(writer, hit));
    }

    private static void WriteHit(Utf8JsonWriter writer, ServiceHit hit)
    {
        writer.WriteString("zone", hit.Zone.Value);
        writer.WriteString("service", hit.Service.Value);
        writer.WriteNumber("personHours", hit.LostThousandthHours / 1000m);
        writer.WriteBoolean("critical", hit.IsCritical);
    }

    private static void Seconds(Utf8JsonWriter writer, string name, long? ticks)
    {
        if (ticks is { } at)
        {
            writer.WriteNumber(name, at / 1000m);
        }
    }

    private static void Each<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Word(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
