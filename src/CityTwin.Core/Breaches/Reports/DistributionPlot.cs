using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>How values of runs are spread: a bar for each bin, and lines at 5, 50 and 95 %.</summary>
internal static class DistributionPlot
{
    private const double Left = 62;
    private const double Top = 34;
    private const double Bottom = 224;
    private const double Height = 268;

    /// <param name="unit">By what values are divided for the axis.</param>
    /// <param name="marks">Values to mark, with their names.</param>
    public static void Write(
        HtmlWriter html, int number, string title, string caption, DistributionAnswer spread, double unit, string axisName,
        IReadOnlyList<(string Name, double Value)> marks)
    {
        var total = (double)spread.Counts.Sum();
        var along = Axis.Holding([spread.BinWidth * spread.Counts.Length / unit], Left, Plot.Width - 20);
        var up = Axis.Holding(spread.Counts.Select(count => count / total), Bottom, Top);
        var plot = Plot.Begin(
            html, number, Height, title, $"{Words.Count(spread.Counts.Sum())} runs; {string.Join("; ", marks.Select(mark => $"{mark.Name} at {Words.Short(mark.Value / unit)} {axisName}"))}", caption);
        foreach (var tick in up.Ticks)
        {
            plot.Line(Left, up.At(tick), Plot.Width - 20, up.At(tick), tick == 0 ? "zero" : "grid");
            plot.Text(Left - 8, up.At(tick) + 4.5, Words.Format($"{tick * 100:0.##} %"), "end", "mark");
        }

        for (var bin = 0; bin < spread.Counts.Length; bin++)
        {
            var (from, to) = (along.At(bin * spread.BinWidth / unit), along.At((bin + 1) * spread.BinWidth / unit));
            var height = Bottom - up.At(spread.Counts[bin] / total);
            plot.Bar(from + 0.5, Math.Max(from + 1, to - 0.5), Bottom - height, height, "bar one");
        }

        foreach (var tick in along.Ticks)
        {
            plot.Text(along.At(tick), Bottom + 17, Words.Short(tick), "middle", "mark");
        }

        plot.Text((Left + Plot.Width) / 2, Bottom + 36, axisName, "middle", "mark");
        plot.Text(Left - 8, Top - 16, "of runs", "end", "mark");
        WriteMarks(plot, along, unit, marks);
        plot.End();
    }

    private static void WriteMarks(Plot plot, Axis along, double unit, IReadOnlyList<(string Name, double Value)> marks)
    {
        var free = double.MinValue;
        foreach (var (name, value) in marks.OrderBy(mark => mark.Value))
        {
            var x = along.At(value / unit);
            plot.Line(x, Top - 8, x, Bottom, "mean");
            if (x >= free)
            {
                plot.Text(x + 4, Top - 12, name, "start", "mark");
                free = x + 8 + (7 * name.Length);
            }
        }
    }
}
