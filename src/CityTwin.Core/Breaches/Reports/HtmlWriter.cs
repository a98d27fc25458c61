using System.Text;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>
/// Writes HTML that is well-formed XML as well. All text and attribute values are escaped; nothing but the style sheet is
/// written as it is.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    public override string ToString() => _text.ToString();

    public HtmlWriter Open(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes).Append('>');
        _open.Push(element);
        return this;
    }

    public HtmlWriter Close()
    {
        _text.Append("</").Append(_open.Pop()).Append(">\n");
        return this;
    }

    /// <summary>An element with nothing in it.</summary>
    public HtmlWriter Empty(string element, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        Start(element, attributes).Append("/>\n");
        return this;
    }

    /// <summary>An element with text in it.</summary>
    public HtmlWriter Element(string element, string text, params ReadOnlySpan<(string Name, string Value)> attributes) =>
        Open(element, attributes).Text(text).Close();

    public HtmlWriter Text(string text)
    {
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                '\t' or '\n' => _text.Append(letter),

                // XML knows no other control characters; two places of Unicode are no characters.
                < ' ' or '\uFFFE' or '\uFFFF' => _text.Append('\uFFFD'),
                _ => _text.Append(letter),
            };
        }

        return this;
    }

    /// <summary>The declaration of the document type.</summary>
    public HtmlWriter Document()
    {
        _text.Append("<!DOCTYPE html>\n");
        return this;
    }

    /// <param name="css">Without any of the signs that text must escape.</param>
    public HtmlWriter Style(string css)
    {
        Invariant.Hold(css.AsSpan().IndexOfAny("<>&") < 0, "A style sheet needs no escaping.");
        _text.Append("<style>").Append(css).Append("</style>\n");
        return this;
    }

    private StringBuilder Start(string element, ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _text.Append('<').Append(element);
        foreach (var (name, value) in attributes)
        {
            _text.Append(' ').Append(name).Append("=\"");
            Text(value);
            _text.Append('"');
        }

        return _text;
    }
}
