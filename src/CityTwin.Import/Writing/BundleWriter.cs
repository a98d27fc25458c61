using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace CityTwin.Import.Writing;

/// <summary>
/// Writes files as one bundle while they are made, since that of a million sensors takes half a gigabyte, which nobody needs to
/// hold: at most one piece is kept. Files come sorted by name, so that the same files give the same bytes.
/// </summary>
internal sealed class BundleWriter : IDisposable
{
    /// <summary>The member of an object in which a file stands that is no UTF-8.</summary>
    public const string Base64Key = "base64";

    /// <summary>A longer file stands in a bundle as a list of pieces: a JSON string ends at 166 million bytes.</summary>
    private const int PieceBytesMax = 64 * 1024 * 1024;

    private const int SegmentBytes = 16 * 1024;
    private const int HeldBytesMin = 64 * 1024;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter _writer;
    private byte[] _held = [];
    private int _heldBytes;
    private bool _isList;

    public BundleWriter(Stream bundle)
    {
        _writer = new(bundle, Options);
        _writer.WriteStartObject();
    }

    /// <summary>A file that is there already.</summary>
    public void Add(string name, ReadOnlySpan<byte> content)
    {
        _writer.WritePropertyName(name);
        if (Utf8.IsValid(content))
        {
            Hold(content);
            End();
        }
        else
        {
            _writer.WriteStartObject();
            _writer.WriteBase64String(Base64Key, content);
            _writer.WriteEndObject();
        }
    }

    /// <summary>A file of UTF-8 that is being made.</summary>
    public void Add(string name, Action<Action<ReadOnlySpan<byte>>> make)
    {
        _writer.WritePropertyName(name);
        make(Hold);
        End();
    }

    /// <summary>Ends the bundle.</summary>
    public void Close()
    {
        _writer.WriteEndObject();
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private void Hold(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            // One byte more than a piece tells that another one follows.
            var taken = text[..Math.Min(text.Length, PieceBytesMax + 1 - _heldBytes)];
            if (_heldBytes + taken.Length > _held.Length)
            {
                Array.Resize(ref _held, (int)Math.Clamp(_held.Length * 2L, Math.Max(_heldBytes + taken.Length, HeldBytesMin), PieceBytesMax + 1));
            }

            taken.CopyTo(_held.AsSpan(_heldBytes));
            _heldBytes += taken.Length;
            text = text[taken.Length..];
            if (_heldBytes > PieceBytesMax)
            {
                Cut();
            }
        }
    }

    private void Cut()
    {
        if (!_isList)
        {
            _writer.WriteStartArray();
            _isList = true;
        }

        var held = _held.AsSpan(0, _heldBytes);
        var piece = PieceLength(held);
        Write(held[..piece]);
        held[piece..].CopyTo(held);
        _heldBytes -= piece;
    }

    private void End()
    {
        if (!_isList || _heldBytes > 0)
        {
            Write(_held.AsSpan(0, _heldBytes));
        }

        if (_isList)
        {
            _writer.WriteEndArray();
        }

        (_heldBytes, _isList) = (0, false);
    }

    /// <summary>In segments, because for a whole string the writer keeps room for each byte being escaped.</summary>
    private void Write(ReadOnlySpan<byte> text)
    {
        for (var left = text; ;)
        {
            var segment = left[..Math.Min(left.Length, SegmentBytes)];
            left = left[segment.Length..];
            _writer.WriteStringValueSegment(segment, isFinalSegment: left.IsEmpty);
            if (left.IsEmpty)
            {
                return;
            }

            if (_writer.BytesPending > SegmentBytes)
            {
                _writer.Flush();
            }
        }
    }

    /// <summary>Up to the last line that fits, or else the last whole character.</summary>
    private static int PieceLength(ReadOnlySpan<byte> left)
    {
        var lines = left[..PieceBytesMax].LastIndexOf((byte)'\n') + 1;
        var length = lines > 0 ? lines : PieceBytesMax;
        while ((left[length] & 0b1100_0000) == 0b1000_0000)
        {
            length--;
        }

        return length;
    }
}
