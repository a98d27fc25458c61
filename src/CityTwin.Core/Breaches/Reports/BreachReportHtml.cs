using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>
/// A breach report as one page for people who decide: it needs nothing from outside, reads the same on paper, and says with
/// every figure what it is conditional on. Equal reports give equal bytes.
/// </summary>
public static class BreachReportHtml
{
    /// <param name="city">That the report is of; it gives the names.</param>
    /// <param name="command">How to make this report again.</param>
    /// <exception cref="ArgumentException">The report is of another city.</exception>
    public static byte[] Write(BreachReport report, City city, string command)
    {
        if (report.City != city.Hash)
        {
            throw new ArgumentException($"The report is of the definition {report.City}, not of {city.Hash}.", nameof(city));
        }

        var page = new ReportPage(report, city);
        page.Html.Document().Open("html", ("lang", "en")).Open("head");
        page.Html.Empty("meta", ("charset", "utf-8")).Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        page.Html.Element("title", $"{report.Scenario.Name} - {city.Name}").Style(ReportStyle.Css).Close();
        page.Html.Open("body").Open("main");
        HeadSection.Write(page);
        ChanceSection.Write(page);
        LossSection.Write(page);
        WeaknessSection.Write(page);
        UncertaintySection.Write(page);
        BasisSection.Write(page, command);
        page.Html.Close().Close().Close();
        return Encoding.UTF8.GetBytes(page.Html.ToString());
    }
}

/// <summary>What the sections of a page share.</summary>
internal sealed class ReportPage(BreachReport report, City city)
{
    private int _figures;

    public HtmlWriter Html { get; } = new();

    public BreachReport Report => report;

    public City City => city;

    public BreachNames Names { get; } = new(city);

    public int NextFigure() => ++_figures;

    public void Heading(string text) => Html.Element("h2", text);

    public void Paragraph(string text) => Html.Element("p", text);
}
