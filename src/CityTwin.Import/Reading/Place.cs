using System.Globalization;
using System.Text;

namespace CityTwin.Import.Reading;

/// <summary>
/// Where in a file something stands. A chain of small steps, spelled out only when a fault is told, because
/// a large city has a million places and few faults.
/// </summary>
internal sealed class Place
{
    private readonly Place? _parent;
    private readonly string _step;
    private readonly int _index;
    private readonly Form _form;

    private Place(Place? parent, Form form, string step, int index)
    {
        (_parent, _form, _step, _index) = (parent, form, step, index);
    }

    private enum Form
    {
        File,
        Json,
        Line,
        Row,
        Member,
        Element,
        Column,
    }

    /// <summary>The name of the file.</summary>
    public string File => _parent?.File ?? _step;

    /// <summary>The file as a whole.</summary>
    public static Place Whole(string file) => new(null, Form.File, file, 0);

    /// <summary>The root of a JSON file.</summary>
    public static Place Root(string file) => new(null, Form.Json, file, 0);

    /// <summary>A line and column of a text, both from 1.</summary>
    public static Place LineOf(string file, long line, long column) =>
        new(Whole(file), Form.Line, string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}"), 0);

    /// <summary>A row of a table, from 1; the heading is row 1.</summary>
    public static Place Row(string file, int row) => new(Whole(file), Form.Row, "", row);

    /// <summary>A member of this object, or a column of this row.</summary>
    public Place Member(string name) => new(this, _form == Form.Row ? Form.Column : Form.Member, name, 0);

    /// <summary>An element of this array, from 0.</summary>
    public Place Element(int index) => new(this, Form.Element, "", index);

    public override string ToString()
    {
        var text = new StringBuilder();
        Spell(text);
        return text.ToString();
    }

    private void Spell(StringBuilder text)
    {
        _parent?.Spell(text);
        _ = _form switch
        {
            Form.File => text,
            Form.Json => text.Append('$'),
            Form.Line => text.Append(_step),
            Form.Row => text.Append(CultureInfo.InvariantCulture, $"row {_index}"),
            Form.Column => text.Append(", column ").Append(_step),
            Form.Element => text.Append(CultureInfo.InvariantCulture, $"[{_index}]"),
            _ when IsPlainName(_step) => text.Append('.').Append(_step),
            _ => text.Append("['").Append(_step.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("'", "\\'", StringComparison.Ordinal)).Append("']"),
        };
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
