using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>The most vulnerable way on foot of a scenario, task by task, and the next best ones.</summary>
/// <param name="Best">Null where nobody comes in person, or no way leads to a target.</param>
public sealed record PathReport(BreachScenario Scenario, City City, int RulesVersion, VulnerableWay? Best, ImmutableArray<VulnerableWay> Alternatives)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>How many other ways are told.</summary>
    public const int AlternativesMax = 2;

    public static PathReport Of(BreachJob job)
    {
        var best = VulnerableWay.Of(job.Plan, job.Defended);
        return new(job.Scenario, job.City, BreachRun.RulesVersion, best, best?.Alternatives(job.Plan, job.Defended, AlternativesMax) ?? []);
    }

    public void WriteText(TextWriter writer)
    {
        var names = new BreachNames(City);
        Line(writer, $"{Scenario.Name}: the most vulnerable way on foot, as {names.Profile(Scenario.Profile.Value)}, given that someone tries");
        if (Best is not { } best)
        {
            writer.WriteLine("Nobody comes in person in this scenario, or no way leads to a target.");
            return;
        }

        Line(writer, $"to: {names.Step(best.Target.Value)}");
        writer.WriteLine();
        WriteTasks(writer, best, names);
        writer.WriteLine();
        Line(writer, $"P_I {best.Interruption:0.0000} by EASI{(best.IsProven ? "" : "; the search was cut short, a more vulnerable way may exist")}");
        Line(writer, $"response {best.Response.MeanSeconds:N1} s, deviation {best.Response.DeviationSeconds:N1} s; an alarm gets through with {best.Response.Communication:P0}{(best.Draw == CommunicationDraw.PerAttack ? ", drawn once for the attack" : "")}");
        writer.WriteLine(best.CriticalPoint is { } point
            ? string.Create(CultureInfo.InvariantCulture, $"critical detection point: {names.Step(point.Value)}; an alarm there leaves {best.MarginSeconds:N1} s to spare")
            : "critical detection point: none, the response is slower than the whole way, by the means");
        foreach (var other in Alternatives)
        {
            writer.WriteLine();
            Line(writer, $"Otherwise, P_I {other.Interruption:0.0000}:");
            WriteTasks(writer, other, names);
        }
    }

    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", SchemaVersion);
            writer.WriteString("scenario", Scenario.Name);
            writer.WriteString("given", "that someone tries");
            writer.WriteString("city", City.Hash.Value);
            writer.WriteString("profile", Scenario.Profile.Value);
            writer.WriteNumber("rulesVersion", RulesVersion);
            writer.WriteStartArray("ways");
            foreach (var way in Best is { } best ? [best, .. Alternatives] : Alternatives)
            {
                WriteWay(writer, way);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteTasks(TextWriter writer, VulnerableWay way, BreachNames names)
    {
        var (soFar, left) = (way.InterruptionSoFar(), way.Tasks.Sum(task => task.MeanSeconds));
        Line(writer, $"  {"task",-52}{"mean s",9}{"dev. s",9}{"begin",8}{"middle",8}{"end",8}{"left s",10}{"P_I",9}");
        for (var place = 0; place < way.Tasks.Length; place++)
        {
            var task = way.Tasks[place];
            Line(writer, $"  {names.Step(task.Name),-52}{task.MeanSeconds,9:0.0}{task.DeviationSeconds,9:0.0}{task.DetectedAtBeginning,8:0.000}{task.DetectedHalfway,8:0.000}{task.DetectedAtEnd,8:0.000}{left,10:0.0}{soFar[place],9:0.0000}");
            left -= task.MeanSeconds;
        }
    }

    private static void WriteWay(Utf8JsonWriter writer, VulnerableWay way)
    {
        writer.WriteStartObject();
        writer.WriteString("target", way.Target.Value);
        Number(writer, "interruption", way.Interruption);
        writer.WriteBoolean("proven", way.IsProven);
        Number(writer, "responseMeanSeconds", way.Response.MeanSeconds);
        Number(writer, "responseDeviationSeconds", way.Response.DeviationSeconds);
        Number(writer, "communication", way.Response.Communication);
        if (way.CriticalPoint is { } point)
        {
            writer.WriteString("criticalDetectionPoint", point.Value);
            Number(writer, "marginSeconds", way.MarginSeconds!.Value);
        }

        writer.WriteStartArray("tasks");
        var (soFar, left) = (way.InterruptionSoFar(), way.Tasks.Sum(task => task.MeanSeconds));
        foreach (var (task, place) in way.Tasks.Select((task, place) => (task, place)))
        {
            writer.WriteStartObject();
            writer.WriteString("step", task.Name);
            Number(writer, "meanSeconds", task.MeanSeconds);
            Number(writer, "deviationSeconds", task.DeviationSeconds);
            Number(writer, "detectedAtBeginning", task.DetectedAtBeginning);
            Number(writer, "detectedHalfway", task.DetectedHalfway);
            Number(writer, "detectedAtEnd", task.DetectedAtEnd);
            Number(writer, "leftSeconds", left);
            Number(writer, "interruptionSoFar", soFar[place]);
            writer.WriteEndObject();
            left -= task.MeanSeconds;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value) => writer.WriteNumber(name, Math.Round(value, 6, MidpointRounding.AwayFromZero));

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
