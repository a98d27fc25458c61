using System.Globalization;
using CityTwin.Core.Breaches.Reports;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Breach reports for people at a terminal, and as CSV.</summary>
public static class BreachReportText
{
    private const int StepsShown = 8;
    private const int ServicesShown = 10;

    /// <param name="city">The one that the report is of: it knows what people call things.</param>
    public static void WriteTable(TextWriter writer, BreachReport report, City city)
    {
        var scenario = report.Scenario;
        Line(writer, $"{scenario.Name}: {report.Runs:N0} runs as {scenario.Profile}, seed {scenario.Seed}, given that someone tries");
        if (scenario.About.Length > 0)
        {
            writer.WriteLine(scenario.About);
        }

        writer.WriteLine();
        Line(writer, $"{"",-32}{"share",9}   {report.Confidence * 100:0.##} % interval");
        Share(writer, "success", report.Success, report.Confidence, "all targets are reached");
        foreach (var target in report.Targets.Length > 1 ? report.Targets : [])
        {
            Share(writer, $"  reached {target.Target}", target.Reached, report.Confidence);
        }

        Share(writer, "interruption P_I", report.Interruption, report.Confidence, "responders are there before that");
        Share(writer, "neutralisation P_N", report.Neutralisation, report.Confidence, "of those interrupted, stopped");
        Share(writer, "effectiveness P_E", report.Effectiveness, report.Confidence, "interrupted and stopped");
        writer.WriteLine();
        Line(writer, $"{"",-36}{"mean",14}{"5 %",14}{"50 %",14}{"95 %",14}");
        foreach (var times in report.Times.Where(times => times.Count > 0))
        {
            Line(writer, $"{"time to " + times.Name,-36}{Time(times.Mean),14}{Time(times.Percentile5),14}{Time(times.Median),14}{Time(times.Percentile95),14}  in {times.Count:N0} runs");
        }

        Quantity(writer, "person-hours lost", report.Losses.PersonHours);
        Quantity(writer, "customer-hours lost", report.Losses.CustomerHours);
        foreach (var (service, losses) in report.ByService)
        {
            Quantity(writer, $"  {service}, person-hours", losses.PersonHours);
        }

        foreach (var records in report.Records)
        {
            Quantity(writer, $"{records.RecordClass} records", records.Records);
        }

        WriteServices(writer, report);
        WriteWeaknesses(writer, report);
        WriteUncertainty(writer, report, city);
        writer.WriteLine();
        writer.WriteLine(report.Stopping);
        Line(writer, $"{report.AssumedInputs} of {report.Inputs} inputs are assumptions. Definition {report.City.Value[..12]}, rules {report.RulesVersion}.");
    }

    /// <summary>One figure a line: what it is of, its name, its value, and its interval where it has one.</summary>
    public static void WriteCsv(TextWriter writer, BreachReport report)
    {
        writer.WriteLine("of,figure,value,low,high");
        Row(writer, "scenario", "success", report.Success, report.Confidence);
        Row(writer, "scenario", "interruption", report.Interruption, report.Confidence);
        Row(writer, "scenario", "neutralisation", report.Neutralisation, report.Confidence);
        Row(writer, "scenario", "effectiveness", report.Effectiveness, report.Confidence);
        foreach (var target in report.Targets)
        {
            Row(writer, target.Target.Value, "reached", target.Reached, report.Confidence);
        }

        foreach (var times in report.Times)
        {
            Rows(writer, times.Name, "seconds", times.Mean, times.Percentile5, times.Median, times.Percentile95);
        }

        Rows(writer, "city", report.Losses);
        foreach (var (service, losses) in report.ByService)
        {
            Rows(writer, service.Value, losses);
        }

        foreach (var (zone, losses) in report.ByZone)
        {
            Rows(writer, zone.Value, losses);
        }

        foreach (var service in report.Services)
        {
            Rows(writer, $"{service.Zone}/{service.Service}", service.Losses);
            if (service.Critical is { } critical)
            {
                Row(writer, $"{service.Zone}/{service.Service}", "critical", critical, report.Confidence);
            }
        }

        foreach (var records in report.Records)
        {
            Rows(writer, records.RecordClass, "records", records.Records.Mean, records.Records.Percentile5, records.Records.Median, records.Records.Percentile95);
        }

        foreach (var point in report.ChokePoints)
        {
            Row(writer, point.Step.Value, "choke point", point.Share, report.Confidence);
        }
    }

    private static void WriteServices(TextWriter writer, BreachReport report)
    {
        var worst = report.Services.OrderByDescending(service => service.Losses.PersonHours.Mean).Take(ServicesShown).ToList();
        if (worst.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("Most is lost here (person-hours; chance of a critical failure):");
        }

        foreach (var service in worst)
        {
            var critical = service.Critical is { Successes: > 0 } one ? string.Create(CultureInfo.InvariantCulture, $"  critical in {one.Estimate:P1}") : "";
            Line(writer, $"  {service.Zone + " " + service.Service,-40}{service.Losses.PersonHours.Mean,14:N0}{critical}");
        }
    }

    private static void WriteWeaknesses(TextWriter writer, BreachReport report)
    {
        if (!report.ChokePoints.IsEmpty)
        {
            writer.WriteLine();
            writer.WriteLine("Of the successful runs so many went through:");
        }

        foreach (var point in report.ChokePoints.Take(StepsShown))
        {
            Line(writer, $"  {point.Step.Value,-40}{point.Share.Estimate,8:P1}");
        }

        if (report.Way is { } way)
        {
            writer.WriteLine();
            Line(writer, $"Most vulnerable way on foot: {string.Join(" > ", way.Steps)}; P_I {way.Interruption:0.000} by EASI, response {Time(way.ResponseMeanSeconds)}");
            writer.WriteLine(way.CriticalPoint is { } point
                ? string.Create(CultureInfo.InvariantCulture, $"  an alarm comes in time up to {point}, with {way.MarginSeconds:N0} s to spare")
                : "  no alarm on it brings responders in time, by the means");
        }
    }

    private static void WriteUncertainty(TextWriter writer, BreachReport report, City city)
    {
        if (report.Uncertainty is not { } uncertainty)
        {
            return;
        }

        writer.WriteLine();
        Line(writer, $"With the inputs drawn {uncertainty.Draws} times from their ranges ({uncertainty.RunsOfEach:N0} runs of each):");
        Nested(writer, "success, %", uncertainty.Success, 100, "N1");
        Nested(writer, "person-hours lost", uncertainty.PersonHours, 1, "N0");
        var words = new InputWords(city.Security, new(city));
        foreach (var bar in uncertainty.SuccessTornado.Where(bar => bar.IsBeyondNoise).Take(StepsShown))
        {
            Line(writer, $"  {words.Of(bar.Input)}: moves success by {bar.Swing * 100:+0.0;-0.0} points from the low end of its range to the high one");
        }
    }

    private static void Nested(TextWriter writer, string name, NestedAnswer answer, double factor, string format) => writer.WriteLine(
        $"  {name,-22}{Number(answer.Mean * factor, format),14}   sampling {Bounds(answer.Sampling, factor, format)}   inputs {Bounds(answer.Input, factor, format)}   both {Bounds(answer.Both, factor, format)}");

    private static string Bounds(Interval? interval, double factor, string format) =>
        interval is { } one ? $"{Number(one.Low * factor, format)} .. {Number(one.High * factor, format)}" : "unknown";

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Share(TextWriter writer, string name, Proportion share, double confidence, string meaning = "")
    {
        var interval = share.Wilson(confidence);
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32}{share.Estimate * 100,7:0.0} %   {interval.Low * 100:0.0} .. {interval.High * 100:0.0} %   {meaning}").TrimEnd());
    }

    private static void Quantity(TextWriter writer, string name, QuantityAnswer quantity) => Line(
        writer, $"{name,-36}{quantity.Mean,14:N0}{quantity.Percentile5,14:N0}{quantity.Median,14:N0}{quantity.Percentile95,14:N0}");

    private static void Row(TextWriter writer, string of, string figure, Proportion share, double confidence)
    {
        var interval = share.Wilson(confidence);
        Line(writer, $"{of},{figure},{share.Estimate:R},{interval.Low:R},{interval.High:R}");
    }

    private static void Rows(TextWriter writer, string of, LossAnswer losses)
    {
        Rows(writer, of, "person-hours", losses.PersonHours.Mean, losses.PersonHours.Percentile5, losses.PersonHours.Median, losses.PersonHours.Percentile95);
        Rows(writer, of, "customer-hours", losses.CustomerHours.Mean, losses.CustomerHours.Percentile5, losses.CustomerHours.Median, losses.CustomerHours.Percentile95);
    }

    private static void Rows(TextWriter writer, string of, string figure, double mean, double percentile5, double median, double percentile95)
    {
        Line(writer, $"{of},{figure} mean,{mean:R},,");
        Line(writer, $"{of},{figure} 5 %,{percentile5:R},,");
        Line(writer, $"{of},{figure} 50 %,{median:R},,");
        Line(writer, $"{of},{figure} 95 %,{percentile95:R},,");
    }

    internal static string Time(double seconds) => seconds < 600
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
        : seconds < 36_000 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0.0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h");

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
