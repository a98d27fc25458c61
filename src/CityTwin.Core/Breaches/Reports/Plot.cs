namespace CityTwin.Core.Breaches.Reports;

/// <summary>What all drawings have in common: a figure with caption, a drawing with title and description for who cannot see it.</summary>
internal sealed class Plot
{
    /// <summary>The width that drawings are made for; the page scales them.</summary>
    public const double Width = 800;

    /// <summary>Every figure says it, because figures travel without their page.</summary>
    public const string Given = "Given that someone tries.";

    private readonly HtmlWriter _html;
    private readonly string _caption;

    private readonly string _title;

    private Plot(HtmlWriter html, string title, string caption) => (_html, _title, _caption) = (html, title, caption);

    /// <param name="number">Of the figure.</param>
    /// <param name="title">What it shows, in a few words.</param>
    /// <param name="description">What a reader would see in it.</param>
    /// <param name="caption">How to read it.</param>
    public static Plot Begin(HtmlWriter html, int number, double height, string title, string description, string caption)
    {
        var id = Words.Format($"figure-{number}");
        html.Open("figure");
        html.Open(
            "svg", ("viewBox", $"0 0 {Words.At(Width)} {Words.At(height)}"), ("role", "img"), ("aria-labelledby", $"{id}-title {id}-about"));
        html.Element("title", title, ("id", $"{id}-title"));
        html.Element("desc", description, ("id", $"{id}-about"));
        return new(html, Words.Format($"Figure {number}. {title}."), $" {Given} {caption}");
    }

    public void End() => _html.Close().Open("figcaption").Element("strong", _title).Text(_caption).Close().Close();

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        _html.Empty("line", ("x1", Words.At(x1)), ("y1", Words.At(y1)), ("x2", Words.At(x2)), ("y2", Words.At(y2)), ("class", kind));

    public void Bar(double x1, double x2, double y, double height, string kind) => _html.Empty(
        "rect", ("x", Words.At(Math.Min(x1, x2))), ("y", Words.At(y)), ("width", Words.At(Math.Abs(x2 - x1))), ("height", Words.At(height)), ("class", kind));

    public void Dot(double x, double y, string kind) =>
        _html.Empty("circle", ("cx", Words.At(x)), ("cy", Words.At(y)), ("r", "5"), ("class", kind));

    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    public void Text(double x, double y, string text, string anchor = "start", string kind = "") => _html.Element(
        "text", text, ("x", Words.At(x)), ("y", Words.At(y)), ("text-anchor", anchor), ("class", kind));

    /// <summary>A label in the room beside a row: a long one takes two lines, and one that is longer still is cut.</summary>
    public void Label(double x, double middle, string text, int lettersMax)
    {
        if (text.Length <= lettersMax)
        {
            Text(x, middle + 4.5, text, "end");
            return;
        }

        // Best after a colon, where one thought ends.
        var colon = text.IndexOf(": ", StringComparison.Ordinal) + 1;
        var space = colon > 0 && colon <= lettersMax && text.Length - colon <= lettersMax ? colon : text.LastIndexOf(' ', lettersMax - 1);
        var (first, second) = space > 0 ? (text[..space], text[(space + 1)..]) : (text[..lettersMax], text[lettersMax..]);
        Text(x, middle - 3, first, "end", "tight");
        Text(x, middle + 11, second.Length <= lettersMax ? second : second[..(lettersMax - 1)].TrimEnd() + "…", "end", "tight");
    }

    /// <summary>Marks along the bottom, with lines up to the top.</summary>
    public void AxisBelow(Axis axis, double top, double bottom, Func<double, string> word, string name)
    {
        foreach (var tick in axis.Ticks)
        {
            Line(axis.At(tick), top, axis.At(tick), bottom, tick == 0 ? "zero" : "grid");
            Text(axis.At(tick), bottom + 17, word(tick), "middle", "mark");
        }

        Text((axis.From + axis.To) / 2, bottom + 36, name, "middle", "mark");
    }
}
