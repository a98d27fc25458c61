using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Simulation;

/// <summary>Reports as JSON: one order, integers only, times in seconds since the run began with three decimals.</summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static void Write(Stream stream, SimulationReport report)
    {
        using var writer = new Utf8JsonWriter(stream, Options);
        WriteReport(writer, report);
    }

    public static void Write(Stream stream, ScenarioComparison comparison)
    {
        using var writer = new Utf8JsonWriter(stream, Options);
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", SimulationReport.SchemaVersion);
        Hours(writer, "peopleHoursDifference", comparison.DifferenceThousandthHours);
        Each(writer, "services", comparison.Services, service =>
        {
            writer.WriteString("zone", service.Zone.Value);
            writer.WriteString("service", service.Service.Value);
            writer.WriteNumber("lowestFirst", service.LowestFirstPermille);
            writer.WriteNumber("lowestSecond", service.LowestSecondPermille);
            Hours(writer, "peopleHoursLostFirst", service.LostFirstThousandthHours);
            Hours(writer, "peopleHoursLostSecond", service.LostSecondThousandthHours);
        });
        writer.WritePropertyName("first");
        WriteReport(writer, comparison.First);
        writer.WritePropertyName("second");
        WriteReport(writer, comparison.Second);
        writer.WriteEndObject();
    }

    public static void Write(Stream stream, WeakestLinkReport report)
    {
        using var writer = new Utf8JsonWriter(stream, Options);
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", WeakestLinkReport.SchemaVersion);
        writer.WriteString("city", report.City.Value);
        Seconds(writer, "horizon", report.HorizonTicks);
        writer.WriteNumber("failuresTried", report.FailuresTried);
        Each(writer, "services", report.Services, service =>
        {
            writer.WriteString("zone", service.Zone.Value);
            writer.WriteString("service", service.Service.Value);
            writer.WriteNumber("level", service.LevelPermille);
            if (service.Worst is { } worst)
            {
                writer.WriteStartObject("worst");
                writer.WriteString("segment", worst.Segment.Value);
                writer.WriteNumber("levelAtOnce", worst.LevelAtOncePermille);
                writer.WriteNumber("levelFinally", worst.LevelFinallyPermille);
                Seconds(writer, "lowestAfter", worst.LowestAfterTicks);
                Seconds(writer, "timeToDark", worst.DarkAfterTicks);
                writer.WriteNumber("segmentsFallen", worst.FallenCount);
                writer.WriteStartArray("fallen");
                foreach (var fallen in worst.Fallen)
                {
                    writer.WriteStringValue(fallen.Value);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        });
        writer.WriteEndObject();
    }

    /// <summary>A cause chain as the reports show it.</summary>
    public static void WriteChain(Utf8JsonWriter writer, CauseChain chain)
    {
        writer.WriteStartObject();
        writer.WriteString("segment", chain.Segment.Value);
        writer.WriteNumber("level", chain.LevelPermille);
        writer.WriteString("term", TermName(chain.Term));
        if (chain.Cause is { } cause)
        {
            writer.WriteStartObject("cause");
            writer.WriteString("name", cause.Name);
            writer.WriteNumber("level", cause.LevelPermille);
            writer.WriteString("by", cause.By);
            writer.WriteString("reason", cause.Reason);
            writer.WriteEndObject();
        }

        if (!chain.Because.IsEmpty)
        {
            Chains(writer, "because", chain.Because);
        }

        writer.WriteEndObject();
    }

    /// <summary>The word for a term, as in the API: <c>ceiling</c>, <c>empty-backup</c> ...</summary>
    public static string TermName(CauseTerm term) => term == CauseTerm.EmptyBackup ? "empty-backup" : term.ToString().ToLowerInvariant();

    private static void WriteReport(Utf8JsonWriter writer, SimulationReport report)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schemaVersion", SimulationReport.SchemaVersion);
        writer.WriteString("scenario", report.Scenario);
        writer.WriteString("city", report.City.Value);
        writer.WriteString("startedAt", ReportText.Instant(report.StartedAt));
        Seconds(writer, "horizon", report.HorizonTicks);
        writer.WriteNumber("seed", report.Seed);
        Hours(writer, "peopleHoursLost", report.LostThousandthHours);
        if (report.FirstCritical is { } critical)
        {
            writer.WriteStartObject("firstCritical");
            Seconds(writer, "at", critical.AfterTicks);
            writer.WriteString("zone", critical.Zone.Value);
            writer.WriteString("service", critical.Service.Value);
            writer.WriteNumber("level", critical.LevelPermille);
            writer.WriteNumber("criticalBelow", critical.CriticalBelowPermille);
            Chains(writer, "causes", critical.Causes);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("firstCritical");
        }

        Each(writer, "services", report.Services, service => WriteService(writer, service));
        writer.WriteBoolean("timelineCut", report.IsTimelineCut);
        Each(writer, "timeline", report.Timeline, entry =>
        {
            Seconds(writer, "at", entry.AfterTicks);
            writer.WriteString("segment", entry.Segment.Value);
            writer.WriteNumber("from", entry.BeforePermille);
            writer.WriteNumber("to", entry.AfterPermille);
        });
        writer.WriteEndObject();
    }

    private static void WriteService(Utf8JsonWriter writer, ServiceOutcome service)
    {
        writer.WriteString("zone", service.Zone.Value);
        writer.WriteString("service", service.Service.Value);
        writer.WriteNumber("lowest", service.LowestPermille);
        Seconds(writer, "lowestAt", service.LowestAfterTicks);
        Hours(writer, "peopleHoursLost", service.LostThousandthHours);
        Hours(writer, "peopleHoursLostWithout", service.LostThousandthHoursWithout);
        Steps(writer, "levels", service.Levels);
        Steps(writer, "levelsWithout", service.LevelsWithout);
        Chains(writer, "causes", service.Causes);
    }

    private static void Steps(Utf8JsonWriter writer, string name, ImmutableArray<LevelStep> steps) => Each(writer, name, steps, step =>
    {
        Seconds(writer, "at", step.AfterTicks);
        writer.WriteNumber("level", step.LevelPermille);
    });

    private static void Chains(Utf8JsonWriter writer, string name, ImmutableArray<CauseChain> chains)
    {
        writer.WriteStartArray(name);
        foreach (var chain in chains)
        {
            WriteChain(writer, chain);
        }

        writer.WriteEndArray();
    }

    private static void Each<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> items, Action<T> write)
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

    private static void Hours(Utf8JsonWriter writer, string name, long thousandths)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(ReportText.Thousandths(thousandths));
    }

    /// <summary>Ticks as seconds; nothing where there is no such time.</summary>
    private static void Seconds(Utf8JsonWriter writer, string name, long? ticks)
    {
        if (ticks is { } value)
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(ReportText.Thousandths(value * (1000 / SegmentRule.TicksPerSecond)));
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
