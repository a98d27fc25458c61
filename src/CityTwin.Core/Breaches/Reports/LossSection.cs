using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>What people lose: how much, which services, where, which records.</summary>
internal static class LossSection
{
    private const int ZonesDrawn = 15;
    private const int CriticalNamed = 12;

    private const string Reading = "The bar is the mean over all runs, those without a loss included; the thin line goes from 5 % to 95 % of the runs.";

    public static void Write(ReportPage page)
    {
        var report = page.Report;
        page.Heading("What people lose");
        page.Paragraph("A person-hour is one person for one hour without a service; half of the service missing counts half. What the city would lose without the attack is not counted.");
        WriteSpread(page);
        var services = report.ByService.Where(one => one.Losses.PersonHours.Mean > 0).OrderByDescending(one => one.Losses.PersonHours.Mean).ThenBy(one => one.Service)
            .Select(one => Row(Capital(BreachNames.Service(one.Service.Value)), one.Losses.PersonHours)).ToList();
        WriteRows(page, "Person-hours lost, by service", Reading, services);
        var zones = report.ByZone.Where(one => one.Losses.PersonHours.Mean > 0).OrderByDescending(one => one.Losses.PersonHours.Mean).ThenBy(one => one.Zone)
            .Select(one => Row(page.Names.Zone(one.Zone.Value), one.Losses.PersonHours)).ToList();
        WriteRows(
            page, "Person-hours lost, by zone",
            Reading + (zones.Count > ZonesDrawn ? $" The {ZonesDrawn} zones that lose most, of {zones.Count} that lose anything." : ""), [.. zones.Take(ZonesDrawn)]);
        WriteCritical(page);
        WriteRecords(page);
    }

    private static void WriteSpread(ReportPage page)
    {
        var (report, losses) = (page.Report, page.Report.Losses);
        var spread = report.Distributions.First(one => one.Name == "personHours");
        if (spread.BinWidth == 0)
        {
            page.Paragraph("No run loses a person-hour.");
            return;
        }

        DistributionPlot.Write(
            page.Html, page.NextFigure(), "Person-hours lost in an attempt", Words.Format($"Over all {report.Runs:N0} runs. The first bar holds the runs that lose little or nothing."),
            spread, 1, "person-hours",
            [("5 %", losses.PersonHours.Percentile5), ("half", losses.PersonHours.Median), ("95 %", losses.PersonHours.Percentile95)]);
        ReportTables.Write(
            page.Html, $"Losses over all runs, those without a loss included. {Plot.Given}", ["What", "Mean", "5 %", "50 %", "95 %"],
            [Cells("Person-hours", losses.PersonHours), Cells("Customer-hours", losses.CustomerHours)]);
    }

    private static void WriteRows(ReportPage page, string title, string caption, List<PlotRow> rows)
    {
        if (rows.Count > 0)
        {
            RowPlot.Write(page.Html, page.NextFigure(), title, caption, rows, [], Words.Short, "person-hours", hasBars: true);
        }
    }

    private static void WriteCritical(ReportPage page)
    {
        var critical = page.Report.Services.Where(one => one.Critical is { Successes: > 0 })
            .OrderByDescending(one => one.Critical!.Value.Successes).ThenBy(one => one.Zone).ThenBy(one => one.Service).ToList();
        page.Html.Element("h3", "Critical services");
        if (critical.Count == 0)
        {
            page.Paragraph("In no run a service falls below its critical level because of the attack.");
            return;
        }

        ReportTables.Write(
            page.Html,
            $"How often a service falls below its critical level, which it would not have without the attack{(critical.Count > CriticalNamed ? $"; the first {CriticalNamed} of {critical.Count}" : "")}. {Plot.Given}",
            ["Service", "In how many runs", "Person-hours, mean"],
            critical.Take(CriticalNamed).Select(one => new[]
            {
                $"{Capital(BreachNames.Service(one.Service.Value))}, {page.Names.Zone(one.Zone.Value)}", Words.Percent(one.Critical!.Value, page.Report.Confidence),
                Words.Quantity(one.Losses.PersonHours.Mean),
            }));
    }

    private static void WriteRecords(ReportPage page)
    {
        page.Html.Element("h3", "Records that become known");
        if (page.Report.Records.IsEmpty)
        {
            page.Paragraph("No step of this attack discloses records.");
            return;
        }

        ReportTables.Write(
            page.Html, $"Records disclosed over all runs, by class; they count whatever goes dark. {Plot.Given}",
            ["Class", "In how many runs", "Mean", "5 %", "50 %", "95 %"],
            page.Report.Records.Select(one => new[]
            {
                Capital(one.RecordClass), Words.Percent(one.Disclosed, page.Report.Confidence), Words.Quantity(one.Records.Mean),
                Words.Quantity(one.Records.Percentile5), Words.Quantity(one.Records.Median), Words.Quantity(one.Records.Percentile95),
            }));
    }

    private static PlotRow Row(string name, QuantityAnswer lost) =>
        new(name, lost.Mean, new(lost.Percentile5, lost.Percentile95), Words.Quantity(lost.Mean));

    private static string[] Cells(string name, QuantityAnswer lost) =>
        [name, Words.Quantity(lost.Mean), Words.Quantity(lost.Percentile5), Words.Quantity(lost.Median), Words.Quantity(lost.Percentile95)];

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
