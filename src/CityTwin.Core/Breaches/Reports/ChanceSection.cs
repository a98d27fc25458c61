using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>How likely it succeeds, what stops it, how fast it goes.</summary>
internal static class ChanceSection
{
    public static void Write(ReportPage page)
    {
        var report = page.Report;
        page.Heading("How likely the attack succeeds");
        RowPlot.Write(
            page.Html, page.NextFigure(), "Chances, with what the number of runs leaves open",
            Words.Format($"The point is the share of {report.Runs:N0} runs; the band holds the true share with {report.Confidence * 100:0.#} % confidence (Wilson), for the inputs as stated."),
            [.. Chances(page)], [0, 1], tick => Words.Format($"{tick * 100:0} %"), "share of attempts", hasBars: false);
        page.Paragraph("An attempt is interrupted when responders are there before it has succeeded. Those who come in time may still fail to stop it: the share that they stop is called neutralisation. Effectiveness is both together.");
        WriteTimes(page);
    }

    private static IEnumerable<PlotRow> Chances(ReportPage page)
    {
        var report = page.Report;
        yield return Row("Success", report.Success, "bad");
        foreach (var target in report.Targets.Length > 1 ? report.Targets : [])
        {
            yield return Row($"reached: {page.Names.Step(target.Target.Value)}", target.Reached, "bad");
        }

        yield return Row("Interruption (P_I)", report.Interruption, "one");
        yield return Row("Neutralisation (P_N), if interrupted", report.Neutralisation, "one");
        yield return Row("Effectiveness (P_E)", report.Effectiveness, "good");

        PlotRow Row(string name, Proportion share, string kind) => new(
            name, share.Estimate, share.Wilson(report.Confidence), share.Trials == 0 ? "no such run" : Words.Percent(share, report.Confidence), kind);
    }

    private static void WriteTimes(ReportPage page)
    {
        var report = page.Report;
        page.Html.Element("h3", "How fast it goes");
        var compromise = report.Times.First(times => times.Name == "compromise");
        var spread = report.Distributions.First(one => one.Name == "compromise");
        if (spread.BinWidth > 0)
        {
            var (unit, seconds) = Words.TimeUnit(spread.BinWidth * spread.Counts.Length);
            DistributionPlot.Write(
                page.Html, page.NextFigure(), "Time from the beginning to success",
                Words.Format($"Over the {compromise.Count:N0} runs in which the attack succeeds; half of these are faster than the middle line."),
                spread, seconds, unit, [("5 %", compromise.Percentile5), ("half", compromise.Median), ("95 %", compromise.Percentile95)]);
        }

        var rows = report.Times.Where(times => times.Count > 0).Select(times => new[]
        {
            Name(times.Name), Words.Count(times.Count), Words.Time(times.Mean), Words.Time(times.Percentile5), Words.Time(times.Median), Words.Time(times.Percentile95),
        }).ToList();
        if (rows.Count > 0)
        {
            ReportTables.Write(
                page.Html, $"Times from the beginning of the attack, each over the runs in which it happens. {Plot.Given}",
                ["What", "Runs", "Mean", "5 %", "50 %", "95 %"], rows);
        }
    }

    private static string Name(string of) => of switch
    {
        "compromise" => "Until the attack succeeds",
        "detection" => "Until it is first noticed",
        "arrival" => "Until responders are there",
        "restoration" => "Until all services are back",
        _ => of,
    };
}
