using System.Text.Json;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Breach reports as JSON: one order, probabilities with six decimals, times in seconds, quantities in hours.</summary>
public static class BreachReportJson
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n" };

    public static byte[] Write(BreachReport report)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            WriteHead(writer, report);
            WriteChances(writer, report);
            WriteTimes(writer, report);
            WriteDistributions(writer, report);
            WriteConsequences(writer, report);
            WriteWeaknesses(writer, report);
            if (report.Uncertainty is { } uncertainty)
            {
                WriteUncertainty(writer, uncertainty);
            }

            writer.WriteStartObject("work");
            writer.WriteNumber("events", report.Events);
            writer.WriteNumber("evaluations", report.Evaluations);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static void WriteHead(Utf8JsonWriter writer, BreachReport report)
    {
        var scenario = report.Scenario;
        writer.WriteNumber("schemaVersion", BreachReport.SchemaVersion);
        writer.WriteString("scenario", scenario.Name);
        writer.WriteString("about", scenario.About);
        writer.WriteString("given", "that someone tries");
        writer.WriteString("city", report.City.Value);
        writer.WriteString("startsAt", DateTimeOffset.FromUnixTimeMilliseconds(report.StartedAt));
        writer.WriteNumber("horizonSeconds", Rounded(scenario.HorizonTicks / 1000.0));
        writer.WriteString("profile", scenario.Profile.Value);
        Texts(writer, "defences", scenario.Defences.Select(defence => defence.Value));
        writer.WriteNumber("seed", scenario.Seed);
        writer.WriteNumber("rulesVersion", report.RulesVersion);
        writer.WriteNumber("runs", report.Runs);
        writer.WriteString("stopping", report.Stopping);
        writer.WriteNumber("confidence", Rounded(report.Confidence));
        writer.WriteNumber("inputs", report.Inputs);
        writer.WriteNumber("assumedInputs", report.AssumedInputs);
    }

    private static void WriteChances(Utf8JsonWriter writer, BreachReport report)
    {
        writer.WriteStartObject("probabilities");
        Share(writer, "success", report.Success, report.Confidence);
        Share(writer, "interruption", report.Interruption, report.Confidence);
        Share(writer, "neutralisation", report.Neutralisation, report.Confidence);
        Share(writer, "effectiveness", report.Effectiveness, report.Confidence);
        writer.WriteEndObject();
        Each(writer, "targets", report.Targets, target =>
        {
            writer.WriteString("step", target.Target.Value);
            Share(writer, "reached", target.Reached, report.Confidence);
        });
    }

    private static void WriteTimes(Utf8JsonWriter writer, BreachReport report) => Each(writer, "times", report.Times, times =>
    {
        writer.WriteString("of", times.Name);
        writer.WriteNumber("runs", times.Count);
        Spread(writer, times.Mean, times.Percentile5, times.Median, times.Percentile95);
    });

    private static void WriteDistributions(Utf8JsonWriter writer, BreachReport report) => Each(writer, "distributions", report.Distributions, one =>
    {
        writer.WriteString("of", one.Name);
        writer.WriteNumber("binWidth", Rounded(one.BinWidth));
        writer.WriteStartArray("counts");
        foreach (var count in one.Counts)
        {
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
    });

    private static void WriteConsequences(Utf8JsonWriter writer, BreachReport report)
    {
        writer.WriteStartObject("lost");
        Losses(writer, report.Losses);
        writer.WriteEndObject();
        Each(writer, "lostByService", report.ByService, one =>
        {
            writer.WriteString("service", one.Service.Value);
            Losses(writer, one.Losses);
        });
        Each(writer, "lostByZone", report.ByZone, one =>
        {
            writer.WriteString("zone", one.Zone.Value);
            Losses(writer, one.Losses);
        });
        Each(writer, "services", report.Services, one =>
        {
            writer.WriteString("zone", one.Zone.Value);
            writer.WriteString("service", one.Service.Value);
            if (one.Critical is { } critical)
            {
                Share(writer, "critical", critical, report.Confidence);
            }

            Losses(writer, one.Losses);
        });
        Each(writer, "records", report.Records, one =>
        {
            writer.WriteString("class", one.RecordClass);
            Share(writer, "disclosed", one.Disclosed, report.Confidence);
            Spread(writer, one.Records.Mean, one.Records.Percentile5, one.Records.Median, one.Records.Percentile95);
        });
    }

    private static void WriteWeaknesses(Utf8JsonWriter writer, BreachReport report)
    {
        Each(writer, "chokePoints", report.ChokePoints, point =>
        {
            writer.WriteString("step", point.Step.Value);
            Share(writer, "share", point.Share, report.Confidence);
        });
        if (report.Way is not { } way)
        {
            return;
        }

        writer.WriteStartObject("mostVulnerablePath");
        writer.WriteString("target", way.Target.Value);
        Texts(writer, "steps", way.Steps.Select(step => step.Value));
        writer.WriteNumber("interruption", Rounded(way.Interruption));
        writer.WriteNumber("responseMeanSeconds", Rounded(way.ResponseMeanSeconds));
        if (way.CriticalPoint is { } point)
        {
            writer.WriteString("criticalDetectionPoint", point.Value);
            writer.WriteNumber("marginSeconds", Rounded(way.MarginSeconds!.Value));
        }

        writer.WriteBoolean("proven", way.IsProven);
        writer.WriteEndObject();
    }

    private static void WriteUncertainty(Utf8JsonWriter writer, UncertaintyAnswer uncertainty)
    {
        writer.WriteStartObject("uncertainty");
        writer.WriteNumber("draws", uncertainty.Draws);
        writer.WriteNumber("runsOfEach", uncertainty.RunsOfEach);
        Nested(writer, "success", uncertainty.Success);
        Nested(writer, "personHours", uncertainty.PersonHours);
        Bars(writer, "successTornado", uncertainty.SuccessTornado);
        Bars(writer, "personHoursTornado", uncertainty.PersonHoursTornado);
        writer.WriteEndObject();
    }

    private static void Bars(Utf8JsonWriter writer, string name, IReadOnlyList<TornadoBar> bars) => Each(writer, name, bars, bar =>
    {
        writer.WriteString("input", bar.Input);
        writer.WriteNumber("correlation", Rounded(bar.Correlation));
        writer.WriteNumber("swing", Rounded(bar.Swing));
        writer.WriteBoolean("beyondNoise", bar.IsBeyondNoise);
    });

    private static void Nested(Utf8JsonWriter writer, string name, NestedAnswer answer)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("mean", Rounded(answer.Mean));
        Bounds(writer, "sampling", answer.Sampling);
        Bounds(writer, "input", answer.Input);
        Bounds(writer, "both", answer.Both);
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

    private static void Losses(Utf8JsonWriter writer, LossAnswer losses)
    {
        Quantity(writer, "personHours", losses.PersonHours);
        Quantity(writer, "customerHours", losses.CustomerHours);
    }

    private static void Quantity(Utf8JsonWriter writer, string name, QuantityAnswer quantity)
    {
        writer.WriteStartObject(name);
        Spread(writer, quantity.Mean, quantity.Percentile5, quantity.Median, quantity.Percentile95);
        writer.WriteEndObject();
    }

    private static void Spread(Utf8JsonWriter writer, double mean, double percentile5, double median, double percentile95)
    {
        writer.WriteNumber("mean", Rounded(mean));
        writer.WriteNumber("p5", Rounded(percentile5));
        writer.WriteNumber("p50", Rounded(median));
        writer.WriteNumber("p95", Rounded(percentile95));
    }

    private static void Share(Utf8JsonWriter writer, string name, Proportion share, double confidence)
    {
        var interval = share.Wilson(confidence);
        writer.WriteStartObject(name);
        writer.WriteNumber("estimate", Rounded(share.Estimate));
        writer.WriteNumber("low", Rounded(interval.Low));
        writer.WriteNumber("high", Rounded(interval.High));
        writer.WriteNumber("of", share.Trials);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
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

    private static double Rounded(double value) => Math.Round(value, 6, MidpointRounding.AwayFromZero);
}
