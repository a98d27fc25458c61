using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace CityTwin.Core.Simulation;

/// <summary>Reports for people (a plain table) and for spreadsheets (CSV, RFC 4180 with line feeds). No culture, no width of a terminal.</summary>
public static class ReportText
{
    /// <summary>The level steps of every service, and the people-hours it lost.</summary>
    public static void WriteCsv(TextWriter writer, SimulationReport report)
    {
        Row(writer, ["zone", "service", "run", "at", "level"]);
        foreach (var service in report.Services)
        {
            foreach (var step in service.Levels)
            {
                Row(writer, [service.Zone.Value, service.Service.Value, "with", Thousandths(step.AfterTicks), Number(step.LevelPermille)]);
            }

            foreach (var step in service.LevelsWithout)
            {
                Row(writer, [service.Zone.Value, service.Service.Value, "without", Thousandths(step.AfterTicks), Number(step.LevelPermille)]);
            }
        }
    }

    public static void WriteCsv(TextWriter writer, ScenarioComparison comparison)
    {
        Row(writer, ["zone", "service", "lowestFirst", "lowestSecond", "peopleHoursLostFirst", "peopleHoursLostSecond"]);
        foreach (var row in Rows(comparison))
        {
            Row(writer, row);
        }
    }

    /// <summary>What a person wants to know first: what was lost, when it became critical, why.</summary>
    public static void WriteTable(TextWriter writer, SimulationReport report)
    {
        writer.Write($"Scenario {report.Scenario}: {Thousandths(report.LostThousandthHours)} people-hours lost in {Thousandths(report.HorizonTicks)} s from {Instant(report.StartedAt)}.\n");
        writer.Write(report.FirstCritical is { } critical
            ? $"First critical failure after {Thousandths(critical.AfterTicks)} s: {critical.Service} in {critical.Zone} at {critical.LevelPermille}, below {critical.CriticalBelowPermille}.\n"
            : "No critical failure.\n");
        var lost = report.Services.Where(service => service.LostThousandthHours != service.LostThousandthHoursWithout).ToImmutableArray();
        WriteColumns(writer, [
            ["zone", "service", "lowest", "at s", "people-hours lost", "because of"],
            .. lost.Select(service => new[]
            {
                service.Zone.Value,
                service.Service.Value,
                Number(service.LowestPermille),
                Thousandths(service.LowestAfterTicks),
                Thousandths(service.LostThousandthHours - service.LostThousandthHoursWithout),
                service.Causes.IsEmpty ? "" : Line(service.Causes[0]),
            }),
        ]);
        writer.Write($"{lost.Length} of {report.Services.Length} services of zones lost something; {report.Timeline.Length} changes of segments.\n");
    }

    public static void WriteTable(TextWriter writer, ScenarioComparison comparison)
    {
        WriteTable(writer, comparison.First);
        writer.Write('\n');
        WriteTable(writer, comparison.Second);
        writer.Write($"\n{comparison.Second.Scenario} loses {Thousandths(comparison.DifferenceThousandthHours)} people-hours more than {comparison.First.Scenario}.\n");
        WriteColumns(writer, [
            ["zone", "service", "lowest 1", "lowest 2", "lost 1", "lost 2"],
            .. Rows(comparison).Where(row => row[2] != row[3] || row[4] != row[5]),
        ]);
    }

    public static void WriteTable(TextWriter writer, WeakestLinkReport report)
    {
        WriteColumns(writer, [
            ["zone", "service", "level", "worst single failure", "at once", "finally", "dark after s", "segments fallen"],
            .. report.Services.Select(service => new[]
            {
                service.Zone.Value,
                service.Service.Value,
                Number(service.LevelPermille),
                service.Worst?.Segment.Value ?? "none",
                service.Worst is { } worst ? Number(worst.LevelAtOncePermille) : "",
                service.Worst is { } final ? Number(final.LevelFinallyPermille) : "",
                service.Worst?.DarkAfterTicks is { } dark ? Thousandths(dark) : "",
                service.Worst is { } fallen ? Number(fallen.FallenCount) : "",
            }),
        ]);
        writer.Write($"{report.FailuresTried} single failures tried, each followed for {Thousandths(report.HorizonTicks)} s. Paths in networks tell connectivity, never capacity.\n");
    }

    /// <summary>A chain on one line, from what is explained to its head.</summary>
    public static string Line(CauseChain chain)
    {
        var line = new StringBuilder();
        for (var link = chain; ; link = link.Because[0])
        {
            line.Append(CultureInfo.InvariantCulture, $"{link.Segment} {link.LevelPermille} ({ReportJson.TermName(link.Term)}");
            line.Append(link.Cause is { } cause ? $" {cause.Name})" : ")");
            if (link.Because.IsEmpty)
            {
                return line.ToString();
            }

            line.Append(" < ");
        }
    }

    /// <summary>A number of thousandths with three decimals.</summary>
    internal static string Thousandths(long value) =>
        string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{Math.Abs(value) / 1000}.{Math.Abs(value) % 1000:000}");

    internal static string Instant(long ticks) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ticks).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Rows(ScenarioComparison comparison) => comparison.Services.Select(service => new[]
    {
        service.Zone.Value,
        service.Service.Value,
        Number(service.LowestFirstPermille),
        Number(service.LowestSecondPermille),
        Thousandths(service.LostFirstThousandthHours),
        Thousandths(service.LostSecondThousandthHours),
    });

    // Ids and numbers only: nothing here ever needs quoting.
    private static void Row(TextWriter writer, string[] cells) => writer.Write(string.Join(',', cells) + "\n");

    private static void WriteColumns(TextWriter writer, string[][] rows)
    {
        if (rows.Length == 1)
        {
            return;
        }

        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            writer.Write(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd() + "\n");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
