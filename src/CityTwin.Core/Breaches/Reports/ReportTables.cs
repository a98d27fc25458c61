namespace CityTwin.Core.Breaches.Reports;

/// <summary>Tables with captions and headings, for who reads them with eyes or without.</summary>
internal static class ReportTables
{
    /// <param name="heads">The first is of the names; numbers stand under the others.</param>
    /// <param name="isText">Whether a column holds text beside numbers.</param>
    public static void Write(HtmlWriter html, string caption, IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows, Func<int, bool>? isText = null)
    {
        html.Open("table").Element("caption", caption).Open("thead").Open("tr");
        for (var column = 0; column < heads.Count; column++)
        {
            html.Element("th", heads[column], ("scope", "col"), ("class", Class(column)));
        }

        html.Close().Close().Open("tbody");
        foreach (var row in rows)
        {
            html.Open("tr").Element("th", row[0], ("scope", "row"));
            for (var column = 1; column < row.Count; column++)
            {
                html.Element("td", row[column], ("class", Class(column)));
            }

            html.Close();
        }

        html.Close().Close();

        string Class(int column) => column == 0 || isText?.Invoke(column) == true ? "text" : "num";
    }
}
