using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>A row of a <see cref="RowPlot"/>.</summary>
/// <param name="Text">The value in words, at the right.</param>
/// <param name="Reach">An interval, drawn as a thin line with ends; null = none.</param>
/// <param name="Kind">A class of the style sheet, such as <c>one</c> or <c>two</c>.</param>
internal sealed record PlotRow(string Label, double Value, Interval? Reach, string Text, string Kind = "one");

/// <summary>Named values one under the other, as bars from zero or as points, with their intervals.</summary>
internal static class RowPlot
{
    private const double LabelsTo = 268;
    private const double RowHeight = 34;
    private const double BarHeight = 14;
    private const double Top = 10;
    private const double AxisHeight = 46;
    private const double From = LabelsTo + 12;
    private const int LabelLettersMax = 38;

    /// <param name="range">What the axis must hold beside the values, such as 0 to 1.</param>
    /// <param name="word">A mark of the axis in words.</param>
    public static void Write(
        HtmlWriter html, int number, string title, string caption, IReadOnlyList<PlotRow> rows, IEnumerable<double> range, Func<double, string> word, string axisName, bool hasBars)
    {
        var textWidth = 14 + (7 * rows.Max(row => row.Text.Length));
        var bottom = Top + (RowHeight * rows.Count);
        var axis = Axis.Holding(
            rows.SelectMany(row => row.Reach is { } reach ? new[] { row.Value, reach.Low, reach.High } : [row.Value]).Concat(range), From, Plot.Width - textWidth);
        var plot = Plot.Begin(html, number, bottom + AxisHeight, title, string.Join("; ", rows.Select(row => $"{row.Label}: {row.Text}")), caption);
        plot.AxisBelow(axis, Top, bottom, word, axisName);
        for (var place = 0; place < rows.Count; place++)
        {
            WriteRow(plot, axis, rows[place], Top + (RowHeight * (place + 0.5)), hasBars);
        }

        plot.End();
    }

    private static void WriteRow(Plot plot, Axis axis, PlotRow row, double middle, bool hasBars)
    {
        plot.Label(LabelsTo, middle, row.Label, LabelLettersMax);
        if (hasBars)
        {
            plot.Bar(axis.At(0), axis.At(row.Value), middle - (BarHeight / 2), BarHeight, $"bar {row.Kind}");
        }

        if (row.Reach is { } reach)
        {
            var (low, high) = (axis.At(reach.Low), axis.At(reach.High));
            plot.Line(low, middle, high, middle, hasBars ? "reach" : $"thick {row.Kind}");
            plot.Line(low, middle - 5, low, middle + 5, "reach");
            plot.Line(high, middle - 5, high, middle + 5, "reach");
        }

        if (!hasBars)
        {
            plot.Dot(axis.At(row.Value), middle, $"dot {row.Kind}");
        }

        plot.Text(Plot.Width - 4, middle + 4.5, row.Text, "end", "value");
    }
}
