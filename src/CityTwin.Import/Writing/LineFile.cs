using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CityTwin.Import.Writing;

/// <summary>A JSON text that is being written with one thing a line: compact things, readable differences.</summary>
/// <param name="into">Takes the text, a few lines at a time.</param>
internal sealed class LineFile(Action<ReadOnlySpan<byte>> into) : IDisposable
{
    private const int HeldBytesMax = 64 * 1024;

    private static readonly JsonWriterOptions Options = new()
    {
        // Readable names in every script; the files are UTF-8 and never pasted into HTML as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = false,
    };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private Utf8JsonWriter? _writer;

    /// <summary>Ends the text.</summary>
    public void Dispose()
    {
        Release();
        _writer?.Dispose();
    }

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
            _buffer.Write(first ? "\n"u8 : ",\n"u8);
            first = false;
            if (key is not null)
            {
                // Ids hold no character that JSON escapes.
                Frame($"\"{key(thing)}\":");
            }

            write(Start(), thing);
            _writer!.Flush();
            if (_buffer.WrittenCount > HeldBytesMax)
            {
                Release();
            }
        }

        return this;
    }

    /// <summary>One value, where it stands.</summary>
    public LineFile One(Action<Utf8JsonWriter> write)
    {
        write(Start());
        _writer!.Flush();
        return this;
    }

    private Utf8JsonWriter Start()
    {
        _writer ??= new(_buffer, Options);
        _writer.Reset();
        return _writer;
    }

    private void Release()
    {
        into(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
