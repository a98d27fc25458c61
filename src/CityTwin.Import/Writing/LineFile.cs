using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CityTwin.Import.Writing;

/// <summary>A JSON text that is being written with one thing a line: compact things, readable differences.</summary>
internal sealed class LineFile : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        // Readable names in every script; the files are UTF-8 and never pasted into HTML as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = false,
    };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;

    public LineFile() => _writer = new Utf8JsonWriter(_buffer, Options);

    public void Dispose() => _writer.Dispose();

    /// <summary>Text of the frame, as it stands.</summary>
    public LineFile Frame(string text)
    {
        _buffer.Write(Encoding.UTF8.GetBytes(text));
        return this;
    }

    /// <summary>One line for each thing, with commas between the lines.</summary>
    public LineFile Lines<T>(IEnumerable<T> things, Action<Utf8JsonWriter, T> write, Func<T, string>? key = null)
    {
        var first = true;
        foreach (var thing in things)
        {
            Frame(first ? "\n" : ",\n");
            first = false;
            if (key is not null)
            {
                // Ids hold no character that JSON escapes.
                Frame($"\"{key(thing)}\":");
            }

            One(writer => write(writer, thing));
        }

        return this;
    }

    /// <summary>One value, where it stands.</summary>
    public LineFile One(Action<Utf8JsonWriter> write)
    {
        _writer.Reset();
        write(_writer);
        _writer.Flush();
        return this;
    }

    public ReadOnlyMemory<byte> ToBytes() => _buffer.WrittenMemory;
}
