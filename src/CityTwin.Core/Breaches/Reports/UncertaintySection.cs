using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>How sure all that is: what more runs would tell, and what only better inputs would.</summary>
internal static class UncertaintySection
{
    private const int BarsDrawn = 10;

    /// <summary>Of inputs that cannot be told from chance so many are drawn: enough to see how large chance looks.</summary>
    private const int UnclearDrawn = 3;

    public static void Write(ReportPage page)
    {
        page.Heading("How sure this is");
        if (page.Report.Uncertainty is not { } uncertainty)
        {
            page.Paragraph("The intervals above tell only what the number of runs leaves open. The inputs were not drawn from their ranges, so nothing is said here about what it would mean if they were wrong.");
            return;
        }

        page.Html.Open("p").Element("strong", "Sampling error").Text(
            Words.Format($" is there because the number of runs is limited; more runs make it smaller. Here it is that of the mean over {uncertainty.Draws} draws of the inputs with {uncertainty.RunsOfEach:N0} runs each.")).Close();
        page.Html.Open("p").Element("strong", "Input uncertainty").Text(
            " is there because nobody knows the inputs exactly; no number of runs makes it smaller, only better inputs do. It is the spread of the answer over draws of all inputs from their ranges, less what the runs add to it.").Close();
        WriteShares(page, uncertainty);
        WriteHours(page, uncertainty);
        WriteTornado(page, "success", "Which inputs move the chance of success most", uncertainty.SuccessTornado, swing => Words.Format($"{swing * 100:+0.0;-0.0} points"), tick => Words.Format($"{tick * 100:+0;-0;0}"), "change of the chance of success over the input's range, in percentage points");
        WriteTornado(page, "person-hours lost", "Which inputs move the person-hours lost most", uncertainty.PersonHoursTornado, swing => (swing > 0 ? "+" : "") + Words.Quantity(swing), Words.Short, "change of the person-hours lost over the input's range");
    }

    private static void WriteShares(ReportPage page, UncertaintyAnswer uncertainty) => RowPlot.Write(
        page.Html, page.NextFigure(), "Chance of success: both uncertainties apart", Bands(page),
        [.. Rows(uncertainty.Success, interval => Words.Format($"{interval.Low * 100:0.0} to {interval.High * 100:0.0} %"))],
        [0, 1], tick => Words.Format($"{tick * 100:0} %"), "chance of success", hasBars: false);

    private static void WriteHours(ReportPage page, UncertaintyAnswer uncertainty)
    {
        if (uncertainty.PersonHours.Mean <= 0)
        {
            return;
        }

        // Less than nothing cannot be lost, also where an interval of a mean would reach there.
        var cut = uncertainty.PersonHours with
        {
            Sampling = uncertainty.PersonHours.Sampling?.Within(0, double.MaxValue),
            Input = uncertainty.PersonHours.Input?.Within(0, double.MaxValue),
            Both = uncertainty.PersonHours.Both?.Within(0, double.MaxValue),
        };
        RowPlot.Write(
            page.Html, page.NextFigure(), "Person-hours lost, mean: both uncertainties apart", Bands(page),
            [.. Rows(cut, interval => $"{Words.Quantity(interval.Low)} to {Words.Quantity(interval.High)}")],
            [], Words.Short, "person-hours", hasBars: false);
    }

    private static string Bands(ReportPage page) =>
        Words.Format($"The point is the mean over all draws; each band holds with {page.Report.Confidence * 100:0.#} % confidence. Blue would shrink with more runs, orange only with better inputs.");

    private static IEnumerable<PlotRow> Rows(NestedAnswer answer, Func<Interval, string> word) =>
        new[] { ("Sampling error alone", answer.Sampling, "one"), ("Input uncertainty alone", answer.Input, "two"), ("Both together", answer.Both, "bad") }
            .Select(row => new PlotRow(row.Item1, answer.Mean, row.Item2, row.Item2 is { } interval ? word(interval) : "unknown", row.Item3));

    private static void WriteTornado(
        ReportPage page, string of, string title, ImmutableArray<TornadoBar> bars, Func<double, string> word, Func<double, string> tick, string axisName)
    {
        if (bars.IsEmpty)
        {
            page.Paragraph($"No input that moves {of} has a range.");
            return;
        }

        var words = new InputWords(page.City.Security, page.Names);
        RowPlot.Write(
            page.Html, page.NextFigure(), title,
            "How the answer changes when an input goes from the low end of its range to the high one, by the straight line through the draws; the strongest first. Grey bars cannot be told from chance with so few draws.",
            [.. bars.Where(bar => bar.IsBeyondNoise).Take(BarsDrawn).Concat(bars.Where(bar => !bar.IsBeyondNoise).Take(UnclearDrawn))
                .Select(bar => new PlotRow(words.Of(bar.Input), bar.Swing, null, word(bar.Swing), !bar.IsBeyondNoise ? "unclear" : bar.Swing > 0 ? "bad" : "one"))],
            [], tick, axisName, hasBars: true);
    }
}
