using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CityTwin.Import.Reading;

/// <summary>
/// Reads CSV (RFC 4180: commas, double quotes doubled, line breaks inside quotes) into one JSON array of
/// objects of texts, so that rows and GeoJSON features are read by the same code. Empty cells are left out.
/// </summary>
internal sealed class Table(string file, FaultList faults)
{
    private readonly List<string> _cells = [];
    private readonly StringBuilder _cell = new();

    /// <summary>Element n of the array is row n + 2 of the file. Null after telling why it cannot be read.</summary>
    public JsonDocument? Read(ReadOnlyMemory<byte> bytes)
    {
        if (JsonFile.WithoutMark(file, bytes, faults) is not { } text)
        {
            return null;
        }

        using var reader = new StreamReader(new MemoryStream(text.ToArray(), writable: false), Encoding.UTF8);
        if (!ReadRow(reader, row: 1) || !IsHeading())
        {
            return null;
        }

        var heading = _cells.ToArray();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            for (var row = 2; ReadRow(reader, row); row++)
            {
                WriteRow(writer, heading, row);
            }

            writer.WriteEndArray();
        }

        return JsonDocument.Parse(buffer.WrittenMemory);
    }

    private bool IsHeading()
    {
        if (_cells.Count > CityLimits.ColumnsMax)
        {
            faults.Error(FaultCode.LimitExceeded, Place.Row(file, 1), $"A table has at most {CityLimits.ColumnsMax} columns.");
            return false;
        }

        var twice = _cells.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            faults.Error(FaultCode.DuplicateKey, Place.Row(file, 1).Member(twice.Key), $"Two columns are named '{twice.Key}'; rename one.");
            return false;
        }

        return true;
    }

    private void WriteRow(Utf8JsonWriter writer, string[] heading, int row)
    {
        writer.WriteStartObject();
        var isBlank = _cells is [""];
        if (_cells.Count != heading.Length && !isBlank)
        {
            faults.Error(FaultCode.MalformedTable, Place.Row(file, row),
                $"The row has {_cells.Count} cells and the heading {heading.Length}; quote cells that hold a comma.");
        }

        for (var column = 0; column < Math.Min(_cells.Count, heading.Length); column++)
        {
            if (_cells[column].Length > 0)
            {
                writer.WriteString(heading[column], _cells[column]);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Fills the cells of the next row; false at the end of the file.</summary>
    private bool ReadRow(StreamReader reader, int row)
    {
        _cells.Clear();
        if (reader.Peek() < 0)
        {
            if (row == 1)
            {
                faults.Error(FaultCode.MalformedTable, Place.Row(file, row), "The table is empty; it needs a heading with column names.");
            }

            return false;
        }

        while (ReadCell(reader, row))
        {
        }

        return true;
    }

    /// <summary>Adds one cell; true when another follows in the same row.</summary>
    private bool ReadCell(StreamReader reader, int row)
    {
        _cell.Clear();
        if (reader.Peek() == '"')
        {
            reader.Read();
            ReadQuoted(reader, row);
        }

        while (true)
        {
            var next = reader.Read();
            switch (next)
            {
                case < 0 or '\n':
                    _cells.Add(_cell.ToString());
                    return false;
                case ',':
                    _cells.Add(_cell.ToString());
                    return true;
                case '\r' when reader.Peek() is '\n' or < 0:
                    break;
                default:
                    _cell.Append((char)next);
                    break;
            }
        }
    }

    private void ReadQuoted(StreamReader reader, int row)
    {
        while (true)
        {
            var next = reader.Read();
            if (next < 0)
            {
                faults.Error(FaultCode.MalformedTable, Place.Row(file, row), "A quoted cell is never closed; add its second quote.");
                return;
            }

            if (next != '"')
            {
                _cell.Append((char)next);
            }
            else if (reader.Peek() == '"')
            {
                _cell.Append((char)reader.Read());
            }
            else
            {
                return;
            }
        }
    }
}
