using CityTwin.Core.Breaches.Exact;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>Where the attack goes through: choke points and the most vulnerable way.</summary>
internal static class WeaknessSection
{
    private const int StepsDrawn = 12;

    public static void Write(ReportPage page)
    {
        var report = page.Report;
        page.Heading("Where the attack goes through");
        if (report.ChokePoints.IsEmpty)
        {
            page.Paragraph("No run succeeds, so there is no step that successes have in common.");
        }
        else
        {
            page.Paragraph("A step that most successful attempts go through is a choke point: what stops it there stops most of them. Which defence does so at what price is a question for a ranking of defences.");
            RowPlot.Write(
                page.Html, page.NextFigure(), "Choke points", Words.Format($"The share of the {report.Success.Successes:N0} successful runs that go through each step, with its interval of {report.Confidence * 100:0.#} %."),
                [.. report.ChokePoints.Take(StepsDrawn).Select(point => new PlotRow(
                    page.Names.Step(point.Step.Value), point.Share.Estimate, point.Share.Wilson(report.Confidence), Words.Percent(point.Share.Estimate)))],
                [0, 1], tick => Words.Format($"{tick * 100:0} %"), "share of successful attempts", hasBars: true);
        }

        WriteWay(page);
    }

    private static void WriteWay(ReportPage page)
    {
        page.Html.Element("h3", "The most vulnerable way on foot");
        if (page.Report.Way is not { } way)
        {
            page.Paragraph("In this scenario nobody comes in person.");
            return;
        }

        page.Paragraph(Words.Format(
            $"Of all ways to '{page.Names.Step(way.Target.Value)}' this is the one on which interruption is least likely: {way.Interruption * 100:0.0} % by the formula of EASI, where all sensors work and responders take their normal time.{(way.IsProven ? "" : " The search was cut short: a more vulnerable way may exist.")}"));
        WayPlot.Write(page.Html, page.NextFigure(), way, page.Names);
        ReportTables.Write(
            page.Html, $"The tasks of that way. {Plot.Given}", ["Task", "Time, mean", "Deviation", "Noticed"],
            way.Tasks.Select((task, place) => new[]
            {
                $"{place + 1}. {page.Names.Step(task.Name)}", Words.Time(task.MeanSeconds), Words.Time(task.DeviationSeconds), Noticed(task),
            }));
    }

    private static string Noticed(EasiTask task)
    {
        var seen = 1 - ((1 - task.DetectedAtBeginning) * (1 - task.DetectedHalfway) * (1 - task.DetectedAtEnd));
        return seen > 0 ? Words.Percent(seen) : "no";
    }
}
