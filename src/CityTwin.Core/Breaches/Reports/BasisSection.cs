using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>What it rests on, and how to do it again.</summary>
internal static class BasisSection
{
    private const int InputsNamed = 10;

    public static void Write(ReportPage page, string command)
    {
        page.Heading("What this rests on");
        WriteAssumptions(page);
        WriteFacts(page);
        page.Html.Element("h3", "How to repeat it");
        page.Paragraph("The same command on the same definition of the city gives the same report, byte for byte.");
        page.Html.Open("pre").Element("code", command).Close();
        page.Html.Element("footer", $"{Plot.Given} This report is the answer of a model, not a measurement of the city; its inputs and rules are stated above.");
    }

    private static void WriteAssumptions(ReportPage page)
    {
        var report = page.Report;
        page.Paragraph(Words.Format(
            $"{report.AssumedInputs:N0} of the {report.Inputs:N0} inputs of the security model are assumptions: nobody measured or published them for this city. Where one of them moves the answer much, it is worth measuring first."));
        var words = new InputWords(page.City.Security, page.Names);
        var rows = (report.Uncertainty is { } uncertainty ? uncertainty.SuccessTornado.Concat(uncertainty.PersonHoursTornado) : [])
            .Where(bar => bar.IsBeyondNoise).DistinctBy(bar => bar.Input)
            .OrderByDescending(bar => Math.Abs(bar.Correlation)).ThenBy(bar => bar.Input, StringComparer.Ordinal)
            .Select(bar => (bar, Estimate: words.EstimateOf(bar.Input)))
            .Where(pair => pair.Estimate is null || Provenance.IsAssumed(pair.Estimate)).Take(InputsNamed)
            .Select(pair => new[] { words.Of(pair.bar.Input), Value(pair.Estimate, InputWords.IsTime(pair.bar.Input)), Source(pair.Estimate) }).ToList();
        if (rows.Count > 0)
        {
            ReportTables.Write(
                page.Html, $"The assumptions that move the answer most, the strongest first. {Plot.Given}", ["Input", "Value (range)", "Source"], rows, column => column == 2);
        }
        else if (report.Uncertainty is not null)
        {
            page.Paragraph("With these draws no single assumption can be told from chance as one that moves the answer.");
        }
    }

    private static void WriteFacts(ReportPage page)
    {
        var (html, report, scenario) = (page.Html, page.Report, page.Report.Scenario);
        html.Element("h3", "The runs").Open("dl");
        Fact("Adversary", page.Names.Profile(scenario.Profile.Value));
        Fact("Targets", string.Join("; ", scenario.Targets.Select(target => page.Names.Step(target.Value))));
        Fact("Defences in place", scenario.Defences.IsEmpty ? "none of the catalogue" : string.Join("; ", scenario.Defences.Select(defence => page.Names.Defence(defence.Value))));
        Fact("Begins", Words.Format($"{DateTimeOffset.FromUnixTimeMilliseconds(report.StartedAt):yyyy-MM-dd HH:mm} UTC; each run lasts {Words.Time(scenario.HorizonTicks / 1000.0)}"));
        Fact("Runs", $"{Words.Count(report.Runs)}. {report.Stopping}");
        Fact("Draws of the inputs", report.Uncertainty is { } uncertainty ? Words.Format($"{uncertainty.Draws}, with {uncertainty.RunsOfEach:N0} runs each") : "none");
        Fact("Seed", Words.Format($"{scenario.Seed}"));
        Fact("Rules version", Words.Format($"{report.RulesVersion}"));
        Fact("Definition of the city", report.City.Value);
        html.Close();

        void Fact(string name, string value) => html.Element("dt", name).Element("dd", value);
    }

    private static string Value(Estimate? estimate, bool isTime)
    {
        return estimate switch
        {
            null => "",
            { IsRange: true } => $"{Word(estimate.Value)} ({Word(estimate.Low)} to {Word(estimate.High)})",
            _ => Word(estimate.Value),
        };

        string Word(double value) => isTime ? Words.Time(value) : Words.Format($"{value:0.###}");
    }

    private static string Source(Estimate? estimate) => estimate?.Source ?? "not stated";
}
