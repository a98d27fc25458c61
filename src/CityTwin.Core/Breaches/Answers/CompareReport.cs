using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Two breaches beside each other, given that someone tries.</summary>
/// <param name="FirstName">What the columns are called; two variants of one scenario have the same name otherwise.</param>
/// <param name="Rows">The headline figures.</param>
public sealed record CompareReport(string FirstName, string SecondName, BreachReport First, BreachReport Second, ImmutableArray<CompareRow> Rows)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>Makes the report of a job whose runs are done.</summary>
    public static CompareReport Of(CompareJob job, ComparePart all, string firstName, string secondName, double confidence)
    {
        var rule = new StoppingRule(confidence, 0, job.First.Scenario.Runs);
        var (first, second) = (BreachReport.Of(job.First, all.First, rule), BreachReport.Of(job.Second, all.Second, rule));
        return new(firstName, secondName, first, second,
        [
            new("success", "%", 100 * first.Success.Estimate, 100 * second.Success.Estimate, Scaled(all.Success.Interval(confidence), 100)),
            new("interruption P_I", "%", 100 * first.Interruption.Estimate, 100 * second.Interruption.Estimate, Scaled(all.Interruption.Interval(confidence), 100)),
            new("effectiveness P_E", "%", 100 * first.Effectiveness.Estimate, 100 * second.Effectiveness.Estimate, Scaled(all.Stopped.Interval(confidence), 100)),
            new("person-hours lost, mean", "", first.Losses.PersonHours.Mean, second.Losses.PersonHours.Mean, Scaled(all.PersonHours.Interval(confidence), 0.001)),
            new("records disclosed, mean", "", first.Records.Sum(one => one.Records.Mean), second.Records.Sum(one => one.Records.Mean), all.Records.Interval(confidence)),
        ]);
    }

    public void WriteText(TextWriter writer)
    {
        Line(writer, $"{First.Runs:N0} runs of each, seed {First.Scenario.Seed}, with the same luck run by run, given that someone tries");
        Line(writer, $"  A: {FirstName}");
        Line(writer, $"  B: {SecondName}");
        writer.WriteLine();
        Line(writer, $"{"",-26}{"A",14}{"B",14}{"B - A",14}   interval of the difference");
        foreach (var row in Rows)
        {
            var interval = row.Interval is { } one ? $"{row.Text(one.Low)} .. {row.Text(one.High)}{(row.Unit == "%" ? " points" : "")}" : row.Difference == 0 ? "no difference seen" : "too few runs differ";
            Line(writer, $"{row.Figure,-26}{row.Text(row.First) + row.UnitText,14}{row.Text(row.Second) + row.UnitText,14}{(row.Difference > 0 ? "+" : "") + row.Text(row.Difference),14}   {interval}{Word(row.Verdict)}");
        }

        foreach (var (one, other) in First.Times.Zip(Second.Times).Where(pair => pair.First.Count > 0 || pair.Second.Count > 0))
        {
            Line(writer, $"{"time to " + one.Name,-26}{Median(one),14}{Median(other),14}{"",14}   medians; not paired");
        }

        writer.WriteLine();
        Line(writer, $"Intervals hold with {First.Confidence:P0} confidence for the inputs as stated; what their ranges add is in breach rank and in the report of each.");
        Line(writer, $"Definition {First.City.Value[..12]}, rules {First.RulesVersion}.");
    }

    public byte[] ToJson()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n" }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schemaVersion", SchemaVersion);
            writer.WriteString("given", "that someone tries");
            writer.WriteString("city", First.City.Value);
            writer.WriteString("first", FirstName);
            writer.WriteString("second", SecondName);
            writer.WriteNumber("seed", First.Scenario.Seed);
            writer.WriteNumber("runs", First.Runs);
            writer.WriteNumber("rulesVersion", First.RulesVersion);
            writer.WriteNumber("confidence", First.Confidence);
            writer.WriteStartArray("figures");
            foreach (var row in Rows)
            {
                WriteRow(writer, row);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteRow(Utf8JsonWriter writer, CompareRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("figure", row.Figure);
        writer.WriteString("unit", row.Unit);
        writer.WriteNumber("first", Rounded(row.First));
        writer.WriteNumber("second", Rounded(row.Second));
        writer.WriteNumber("difference", Rounded(row.Difference));
        if (row.Interval is { } interval)
        {
            writer.WriteNumber("low", Rounded(interval.Low));
            writer.WriteNumber("high", Rounded(interval.High));
        }

        writer.WriteString("verdict", JsonNamingPolicy.CamelCase.ConvertName(row.Verdict.ToString()));
        writer.WriteEndObject();
    }

    private static string Word(Verdict verdict) => verdict == Verdict.NotDistinguishable ? "  not distinguishable" : "";

    private static string Median(TimesAnswer times) => times.Count == 0 ? "never" : BreachReportText.Time(times.Median);

    private static Interval? Scaled(Interval? interval, double factor) => interval is { } one ? new(one.Low * factor, one.High * factor) : null;

    private static double Rounded(double value) => Math.Round(value, 6, MidpointRounding.AwayFromZero);

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}

/// <summary>One figure of both, and the paired difference.</summary>
/// <param name="Unit"><c>%</c>, whose differences are in percentage points, or empty for what is counted.</param>
/// <param name="Interval">Of second less first; null where too few runs differ to tell.</param>
public sealed record CompareRow(string Figure, string Unit, double First, double Second, Interval? Interval)
{
    public double Difference => Second - First;

    public Verdict Verdict => Verdicts.Of(Interval);

    /// <summary>Shares with a digit more; nobody knows tenths of an hour of a million.</summary>
    internal string Text(double value) => value.ToString(Unit == "%" ? "N1" : "N0", CultureInfo.InvariantCulture);

    internal string UnitText => Unit.Length > 0 ? " " + Unit : "";
}
