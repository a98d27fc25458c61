using System.Globalization;
using System.Text.Json;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Rankings of defences for people at a terminal, as CSV, and as JSON.</summary>
public static class RankReportText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static void WriteTable(TextWriter writer, RankReport report)
    {
        Line(writer, $"{report.Scenario.Name}: {report.Runs:N0} paired runs, seed {report.Scenario.Seed}, given that someone tries");
        Line(writer, $"As it is: success {report.Success.Estimate:P1}, P_E {report.Effectiveness.Estimate:P1}, {report.MeanPersonHours:N0} person-hours, {report.MeanRecords:N0} records");
        writer.WriteLine();
        var what = report.SavesRecords ? "records" : "person-hours";
        Line(writer, $"{"Defence",-36}{"cost " + report.Currency,12}{"success",10}{"P_E",9}  {"(interval)",-20}{what,14}  {"(interval)",-26}{"saved/" + report.Currency,10}");
        foreach (var set in report.Sets.Where(set => !set.TouchesNothing))
        {
            var saved = Measure(report, set);
            Line(writer, $"{string.Join(" + ", set.Defences),-36}{set.Cost,12:N0}{Points(set.Success.Mean),10}{Points(set.Effectiveness.Mean),9}  {Bounds(set.Effectiveness, 100, "0.0"),-20}{saved.Mean,14:N0}  {Bounds(saved, 1, "N0"),-26}{report.SavedPerCost(set),10:0.000}{(set.IsDistinguishable ? "" : "  not distinguishable")}");
        }

        WriteIdle(writer, report);
        WriteBest(writer, report, what);
        writer.WriteLine();
        Line(writer, $"Differences are with the defence less without it, run by run under the same luck, success and P_E in percentage points; intervals hold with {report.Confidence:P0}{(report.Sets.Any(set => set.PersonHours.OverInputs is not null) ? " over sampling and inputs together" : "")}.");
        writer.WriteLine("P_E counts attacks that responders stop. One that fails by itself is no success and not in P_E: so both can fall.");
    }

    public static void WriteCsv(TextWriter writer, RankReport report)
    {
        writer.WriteLine("defences,cost,success,success low,success high,effectiveness,effectiveness low,effectiveness high,person-hours,person-hours low,person-hours high,records,runs changed,verdict,in best set");
        foreach (var set in report.Sets)
        {
            Line(writer, $"{string.Join('+', set.Defences)},{set.Cost:R},{Row(set.Success)},{Row(set.Effectiveness)},{Row(set.PersonHours)},{set.RecordsDifference.Mean:R},{set.RunsChanged},{(set.IsDistinguishable ? "distinguishable" : "not distinguishable")},{InBest(report, set)}");
        }
    }

    public static byte[] Json(RankReport report)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", RankReport.SchemaVersion);
            writer.WriteString("scenario", report.Scenario.Name);
            writer.WriteString("given", "that someone tries");
            writer.WriteString("city", report.City.Value);
            writer.WriteNumber("seed", report.Scenario.Seed);
            writer.WriteNumber("rulesVersion", report.RulesVersion);
            writer.WriteNumber("runs", report.Runs);
            writer.WriteNumber("confidence", report.Confidence);
            writer.WriteString("currency", report.Currency);
            writer.WriteStartObject("asItIs");
            writer.WriteNumber("success", Rounded(report.Success.Estimate));
            writer.WriteNumber("effectiveness", Rounded(report.Effectiveness.Estimate));
            writer.WriteNumber("personHours", Rounded(report.MeanPersonHours));
            writer.WriteNumber("records", Rounded(report.MeanRecords));
            writer.WriteEndObject();
            writer.WriteStartArray("defences");
            foreach (var set in report.Sets)
            {
                Write(writer, report, set);
            }

            writer.WriteEndArray();
            if (report.Best is { } best)
            {
                Write(writer, report, best);
            }

            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>Twenty lines of nothing hide the few that matter.</summary>
    private static void WriteIdle(TextWriter writer, RankReport report)
    {
        if (report.Sets.Where(set => set.TouchesNothing).ToList() is { Count: > 0 } idle)
        {
            writer.WriteLine();
            Line(writer, $"No run of {report.Runs:N0} changes with these (not distinguishable; P_E within {Bounds(idle[0].Effectiveness, 100, "+0.0;-0.0")} points): {string.Join(", ", idle.Select(set => string.Join(" + ", set.Defences)))}");
        }
    }

    private static void WriteBest(TextWriter writer, RankReport report, string what)
    {
        if (report.Best is not { } best)
        {
            return;
        }

        writer.WriteLine();
        Line(writer, $"Best set within {best.Budget:N0} {report.Currency}: {(best.Defences.IsEmpty ? "none saves anything" : $"{string.Join(" + ", best.Defences)} for {best.Cost:N0}")}");
        if (best.Check is { } check)
        {
            var saved = Measure(report, check.Set);
            var interval = saved.Interval is { } one ? string.Create(CultureInfo.InvariantCulture, $"{0 - one.High:N0} .. {0 - one.Low:N0}") : "too few runs differ";
            Line(writer, $"  saves {0 - saved.Mean:N0} {what} ({interval}) in {check.Runs:N0} other runs, of seed {check.Seed}; {best.Value:N0} in those that it was chosen by");
        }

        Line(writer, $"  {best.Tried:N0} sets tried with {best.RunsOfEach:N0} runs each, {(best.IsHeuristic ? "by a heuristic (greedy over singles and pairs, then swaps): a better set may exist" : "all there are")}{(best.IsCutShort ? ", cut short" : "")}.");
    }

    private static DifferenceAnswer Measure(RankReport report, RankedSet set) => report.SavesRecords ? set.RecordsDifference : set.PersonHours;

    private static string InBest(RankReport report, RankedSet set) =>
        report.Best is not { } best ? "" : set.Defences.All(best.Defences.Contains) ? "yes" : "no";

    private static void Write(Utf8JsonWriter writer, RankReport report, RankedSet set)
    {
        writer.WriteStartObject();
        Ids(writer, set.Defences.Select(id => id.Value));
        writer.WriteNumber("cost", Rounded(set.Cost));
        Difference(writer, "success", set.Success);
        Difference(writer, "effectiveness", set.Effectiveness);
        Difference(writer, "personHours", set.PersonHours);
        Difference(writer, "records", set.RecordsDifference);
        writer.WriteNumber(report.SavesRecords ? "recordsSavedPerCost" : "hoursSavedPerCost", Rounded(report.SavedPerCost(set)));
        writer.WriteNumber("runsChanged", set.RunsChanged);
        writer.WriteBoolean("distinguishable", set.IsDistinguishable);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, RankReport report, BestSetReport best)
    {
        writer.WriteStartObject("best");
        writer.WriteNumber("budget", Rounded(best.Budget));
        Ids(writer, best.Defences.Select(id => id.Value));
        writer.WriteNumber("cost", Rounded(best.Cost));
        writer.WriteNumber(report.SavesRecords ? "recordsSaved" : "personHoursSaved", Rounded(best.Value));
        writer.WriteNumber("runsOfEach", best.RunsOfEach);
        writer.WriteNumber("tried", best.Tried);
        writer.WriteBoolean("heuristic", best.IsHeuristic);
        writer.WriteBoolean("cutShort", best.IsCutShort);
        if (best.Check is { } check)
        {
            writer.WriteStartObject("check");
            writer.WriteNumber("seed", check.Seed);
            writer.WriteNumber("runs", check.Runs);
            Difference(writer, report.SavesRecords ? "records" : "personHours", Measure(report, check.Set));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void Ids(Utf8JsonWriter writer, IEnumerable<string> ids)
    {
        writer.WriteStartArray("defences");
        foreach (var id in ids)
        {
            writer.WriteStringValue(id);
        }

        writer.WriteEndArray();
    }

    private static void Difference(Utf8JsonWriter writer, string name, DifferenceAnswer difference)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("difference", Rounded(difference.Mean));
        Bounds(writer, "sampling", difference.Interval);
        if (difference.OverInputs is { } nested)
        {
            writer.WriteNumber("overInputs", Rounded(nested.Mean));
            Bounds(writer, "samplingOverInputs", nested.Sampling);
            Bounds(writer, "input", nested.Input);
            Bounds(writer, "both", nested.Both);
        }

        writer.WriteString("verdict", difference.Verdict switch
        {
            Verdict.Lower => "lower",
            Verdict.Higher => "higher",
            _ => "not distinguishable",
        });
        writer.WriteEndObject();
    }

    private static void Bounds(Utf8JsonWriter writer, string name, Interval? interval)
    {
        if (interval is { } one)
        {
            writer.WriteStartObject(name);
            writer.WriteNumber("low", Rounded(one.Low));
            writer.WriteNumber("high", Rounded(one.High));
            writer.WriteEndObject();
        }
    }

    private static string Row(DifferenceAnswer difference) => Told(difference) is { } one
        ? string.Create(CultureInfo.InvariantCulture, $"{difference.Mean:R},{one.Low:R},{one.High:R}")
        : string.Create(CultureInfo.InvariantCulture, $"{difference.Mean:R},,");

    private static string Bounds(DifferenceAnswer difference, double factor, string format) => Told(difference) is { } one
        ? $"{(one.Low * factor).ToString(format, CultureInfo.InvariantCulture)} .. {(one.High * factor).ToString(format, CultureInfo.InvariantCulture)}" : "";

    private static Interval? Told(DifferenceAnswer difference) => difference.OverInputs is { } nested ? nested.Both : difference.Interval;

    private static string Points(double share) => (share * 100).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    private static double Rounded(double value) => Math.Round(value, 6, MidpointRounding.AwayFromZero);

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
