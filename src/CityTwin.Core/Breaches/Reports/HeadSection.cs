using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>What it is about, what it is conditional on, and the answer in short.</summary>
internal static class HeadSection
{
    public static void Write(ReportPage page)
    {
        var (html, report) = (page.Html, page.Report);
        html.Open("header");
        html.Element("p", $"What-if breach simulation · {page.City.Name}{(page.City.IsSample ? " (an invented city)" : "")}", ("class", "kicker"));
        html.Element("h1", report.Scenario.Name);
        if (report.Scenario.About.Length > 0)
        {
            html.Element("p", report.Scenario.About, ("class", "about"));
        }

        html.Close();
        html.Open("div", ("class", "given")).Open("p").Element("strong", "Given that someone tries. ").Text(
            "Every figure here answers one question: if this adversary makes this attempt, what follows? None says how likely such an attempt is.").Close().Close();
        WriteTiles(html, report);
        html.Element("p", Summary(page), ("class", "summary"));
    }

    private static void WriteTiles(HtmlWriter html, BreachReport report)
    {
        var compromise = report.Times.First(times => times.Name == "compromise");
        html.Open("ul", ("class", "tiles"));
        Tile("bad", "The attack succeeds", Words.Percent(report.Success.Estimate), Range(report.Success, report.Confidence));
        Tile("good", "It is stopped in time", Words.Percent(report.Effectiveness.Estimate), Range(report.Effectiveness, report.Confidence));
        Tile("", "Time to success", compromise.Count > 0 ? Words.Time(compromise.Median) : "never",
            compromise.Count > 0 ? $"in the middle; {Words.Time(compromise.Percentile5)} to {Words.Time(compromise.Percentile95)} in nine of ten successes" : "in no run");
        if (report.Losses.PersonHours.Mean == 0 && !report.Records.IsEmpty)
        {
            Tile("", "Records disclosed", Words.Quantity(report.Records.Sum(one => one.Records.Mean)), "on average, of all classes; no service falls");
        }
        else
        {
            Tile("", "Person-hours lost", Words.Quantity(report.Losses.PersonHours.Mean), $"on average; more than {Words.Quantity(report.Losses.PersonHours.Percentile95)} in one of twenty attempts");
        }

        html.Close();

        void Tile(string kind, string name, string value, string about) => html.Open("li", ("class", kind))
            .Element("span", name, ("class", "name")).Element("strong", value).Element("span", about).Close();
    }

    private static string Range(Proportion share, double confidence)
    {
        var interval = share.Wilson(confidence);
        return Words.Format($"{interval.Low * 100:0.0} to {interval.High * 100:0.0} %, with the inputs as stated");
    }

    private static string Summary(ReportPage page)
    {
        var report = page.Report;
        var worst = report.ByService.OrderByDescending(one => one.Losses.PersonHours.Mean).ThenBy(one => one.Service).FirstOrDefault();
        var lost = report.Losses.PersonHours.Mean > 0 && worst.Losses is not null
            ? $" Of what people lose, {BreachNames.Service(worst.Service.Value)} is the largest part ({Words.Percent(worst.Losses.PersonHours.Mean / report.Losses.PersonHours.Mean)})."
            : " No service falls because of it.";
        var records = string.Concat(report.Records.Select(one => $" On average {Words.Quantity(one.Records.Mean)} {one.RecordClass} records become known."));
        return Words.Format(
            $"Of 100 such attempts by the adversary '{page.Names.Profile(report.Scenario.Profile.Value)}' about {report.Success.Estimate * 100:0} succeed and {report.Effectiveness.Estimate * 100:0} are stopped by responders.") + Inputs(report) + lost + records;
    }

    /// <summary>Whoever reads no further must not take the narrow interval of the runs for all that is open.</summary>
    private static string Inputs(BreachReport report) => report.Uncertainty?.Success.Both is { } both
        ? Words.Format($" How many succeed hangs on inputs that nobody knows exactly: over their ranges it is {both.Low * 100:0} to {both.High * 100:0} of 100.") : "";
}
