using System.Text;
using System.Xml.Linq;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Reports;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches.Reports;

/// <summary>The page that goes to a council: sound, closed in itself, honest in every figure.</summary>
public sealed class BreachReportHtmlTests
{
    private const string Command = "citytwin breach run city scenario --runs 300 --seed 1";

    [Fact]
    public void The_page_is_well_formed_and_each_figure_says_what_it_is_conditional_on()
    {
        var page = XDocument.Parse(Page());

        var figures = page.Descendants("figure").ToList();
        Assert.True(figures.Count >= 8, $"{figures.Count} figures");
        Assert.All(figures, figure => Assert.Contains("Given that someone tries.", figure.Element("figcaption")!.Value, StringComparison.Ordinal));
        Assert.All(page.Descendants("table"), table => Assert.Contains("Given that someone tries.", table.Element("caption")!.Value, StringComparison.Ordinal));
        Assert.All(page.Descendants("svg"), drawing =>
        {
            Assert.Equal("img", drawing.Attribute("role")!.Value);
            Assert.NotEmpty(drawing.Element("title")!.Value);
            Assert.NotEmpty(drawing.Element("desc")!.Value);
        });
        Assert.Equal(Enumerable.Range(1, figures.Count), figures.Select((figure, place) =>
            figure.Value.Contains($"Figure {place + 1}. ", StringComparison.Ordinal) ? place + 1 : 0));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void The_page_needs_nothing_from_outside()
    {
        var page = Page();

        Assert.All(["http", "src=", "href", "url(", "@import", "<script", "<link", "<iframe"], outside => Assert.DoesNotContain(outside, page, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Names_that_look_like_markup_stay_names()
    {
        const string Hostile = "<script>alert(\"1\")</script> & 'co' ]]> \u0001";
        var page = Page(scenario => scenario with { Name = Hostile, About = Hostile }, Hostile, Hostile);

        var parsed = XDocument.Parse(page);
        Assert.Empty(parsed.Descendants("script"));
        Assert.Equal("<script>alert(\"1\")</script> & 'co' ]]> \uFFFD", parsed.Descendants("h1").Single().Value);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_same_report_has_the_same_bytes() => Assert.Equal(Page(), Page());

    [Fact]
    public void The_page_says_how_to_repeat_it_and_what_is_assumed()
    {
        var page = XDocument.Parse(Page());

        Assert.Equal(Command, page.Descendants("code").Single().Value);
        Assert.Contains(page.Descendants("p"), paragraph => paragraph.Value.Contains("inputs of the security model are assumptions", StringComparison.Ordinal));
        Assert.Contains(page.Descendants("dd"), fact => fact.Value == "0123456789abcdef".PadRight(64, '0'));
        Assert.Contains(page.Descendants("caption"), caption => caption.Value.StartsWith("The assumptions that move the answer most", StringComparison.Ordinal));
    }

    [Fact]
    public void An_attack_that_cannot_succeed_still_makes_a_page()
    {
        var page = Page(scenario => scenario with { InputDraws = 0 }, steps: [Cyber("cut", StepLogic.Any, [], Duration.None)]);

        Assert.Contains(XDocument.Parse(page).Descendants("p"), paragraph => paragraph.Value.StartsWith("No run succeeds", StringComparison.Ordinal));
    }

    [Fact]
    public void A_report_of_another_city_is_refused()
    {
        var (report, city) = Report();

        Assert.Throws<ArgumentException>(() => BreachReportHtml.Write(report, city with { Hash = new(new('f', 64)) }, Command));
    }

    [Fact]
    public void A_distribution_counts_every_value_once_in_bins_of_round_width()
    {
        var values = new Histogram();
        for (var value = 1L; value <= 100_000; value += 37)
        {
            values.Add(value);
        }

        var spread = DistributionAnswer.Of("times", values, 1000);

        Assert.Equal(values.Count, spread.Counts.Sum());
        Assert.Equal((2.5, 40), (spread.BinWidth, spread.Counts.Length));
        Assert.All(spread.Counts, count => Assert.InRange(count, 60, 75));
        Assert.Equal([3], DistributionAnswer.Of("none", Of(0, 0, 0), 1).Counts);
        Assert.Empty(DistributionAnswer.Of("none", new Histogram(), 1).Counts);

        static Histogram Of(params long[] values)
        {
            var histogram = new Histogram();
            Array.ForEach(values, histogram.Add);
            return histogram;
        }
    }

    private static string Page(
        Func<BreachScenario, BreachScenario>? change = null, string stepName = "cut", string command = Command, AttackStep[]? steps = null)
    {
        var (report, city) = Report(change, stepName, steps);
        return Encoding.UTF8.GetString(BreachReportHtml.Write(report, city, command));
    }

    private static (BreachReport Report, City City) Report(
        Func<BreachScenario, BreachScenario>? change = null, string stepName = "cut", AttackStep[]? steps = null)
    {
        var ranged = new Duration(DurationKind.Exponential, new(90, 10, 900), Estimate.Zero);
        var city = With(SecurityOf(
            steps ??
            [
                Physical("climb", "street", "yard", Duration.Exponential(60), [Noticed(0.9)]),
                Physical("cut", "yard", "yard", ranged, [Noticed(0.3)], new Destruction(new("substation"), 0, Duration.Exponential(7_200)), new Disclosure("health", 100)) with { Name = stepName },
            ],
            Adversary(start: "street", neutralisation: 0.9), physical: Answer(Duration.Exponential(120), 0.9)));
        var scenario = Scenario(["cut"]) with { Runs = 300, InputDraws = 20, About = "What it shows." };
        var job = new BreachJob(city, SimulationStart.New(city, SimulationStart.DefaultAt), change?.Invoke(scenario) ?? scenario);
        var all = job.Run(0, TestContext.Current.CancellationToken);
        all.Merge(job.Run(1, TestContext.Current.CancellationToken));
        return (BreachReport.Of(job, all, new(0.95, 0, 300)), city);
    }
}
