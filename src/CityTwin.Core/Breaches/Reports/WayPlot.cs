using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>
/// The most vulnerable way as a strip in proportion to time, and under it the response laid back from the end: what is
/// noticed to the left of its beginning is answered in time, by the means.
/// </summary>
internal static class WayPlot
{
    private const double Left = 20;
    private const double Right = Plot.Width - 20;
    private const double Top = 40;
    private const double StripHeight = 46;
    private const double ResponseTop = Top + StripHeight + 24;
    private const double Height = ResponseTop + 62;
    private const double WidthForNumber = 18;

    public static void Write(HtmlWriter html, int number, VulnerableWay way, BreachNames names)
    {
        var total = way.Tasks.Sum(task => task.MeanSeconds);
        var isLong = way.ResponseMeanSeconds > total;
        var axis = new Axis(0, Math.Max(total, 1e-9), Left, Right);
        var plot = Plot.Begin(
            html, number, Height, "The most vulnerable way on foot",
            $"{string.Join(", then ", way.Steps.Select(step => names.Step(step.Value)))}: {Words.Time(total)} in all, against a response of {Words.Time(way.ResponseMeanSeconds)}",
            "Each block is a task, as wide as it lasts on average; its number is that of the table below. The dark bar is the time that responders need, laid back from the end: what is noticed before the bar begins is answered in time.");
        var at = 0.0;
        for (var task = 0; task < way.Tasks.Length; task++)
        {
            var (from, to) = (axis.At(at), axis.At(at += way.Tasks[task].MeanSeconds));
            plot.Bar(from + 1, Math.Max(from + 2, to - 1), Top, StripHeight, way.Steps[task] == way.CriticalPoint ? "bar critical" : "bar way");
            if (to - from >= WidthForNumber)
            {
                plot.Text((from + to) / 2, Top + (StripHeight / 2) + 5, Words.Format($"{task + 1}"), "middle", "number");
            }
        }

        plot.Text(Left, Top - 14, "enters", "start", "mark");
        plot.Text(Right, Top - 14, $"done after {Words.Time(total)}", "end", "mark");
        var begin = axis.At(total - way.ResponseMeanSeconds);
        plot.Line(begin, Top - 6, begin, ResponseTop + 24, "mean");
        plot.Bar(begin, Right, ResponseTop, 22, "bar response");
        plot.Text(Right - 8, ResponseTop + 16, $"response: {Words.Time(way.ResponseMeanSeconds)}", "end", "inverse");
        plot.Text(Left, ResponseTop + 46, Conclusion(way, names, isLong), "start", "value");
        plot.End();
    }

    private static string Conclusion(VulnerableWay way, BreachNames names, bool isLong) => way switch
    {
        { CriticalPoint: { } point } => $"In time if noticed by task {way.Steps.IndexOf(point) + 1} ({names.Step(point.Value)}), with {Words.Time(way.MarginSeconds!.Value)} to spare.",
        _ when isLong => "The response is longer than the whole way: no alarm on it brings responders in time, by the means.",
        _ => "No alarm on it brings responders in time, by the means.",
    };
}
