using System.Text;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>What can happen to bytes on their way.</summary>
internal static class Mutation
{
    private const int PieceMax = 40;

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "NaN", "\"\"", "\"\\ud800\"", "{}", "[]", "[[", "999999999999999999999",
            "-0", "\\", "\n", "\r\n", "\u0000", "é", "%", "%00", "%zz", "/", "..", "+", "#", "?", "&", "=", "$",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0xff, 0xff, 0xff, 0xff, 0x0f],
    ];

    /// <summary>One to three faults in these bytes.</summary>
    public static byte[] Of(byte[] bytes, Draws draws)
    {
        for (var left = draws.Between(1, 3); left > 0; left--)
        {
            bytes = Once(bytes, draws);
        }

        return bytes;
    }

    /// <summary>The same for a text; what is no longer Unicode becomes U+FFFD.</summary>
    public static string Of(string text, Draws draws) => Encoding.UTF8.GetString(Of(Encoding.UTF8.GetBytes(text), draws));

    /// <summary>Bytes that mean nothing.</summary>
    public static byte[] Noise(Draws draws, int most) => [.. Enumerable.Range(0, draws.Between(0, most)).Select(_ => (byte)draws.Between(0, 255))];

    private static byte[] Once(byte[] bytes, Draws draws)
    {
        var start = draws.Between(0, bytes.Length);
        var end = Math.Min(bytes.Length, start + draws.Between(1, PieceMax));
        var token = draws.OneOf(Tokens);
        return draws.Between(0, 5) switch
        {
            0 => bytes[..start],
            1 => [.. bytes[..start], .. bytes[end..]],
            2 => [.. bytes[..end], .. bytes[start..]],
            3 => [.. bytes[..start], .. token, .. bytes[start..]],
            4 => [.. bytes[..start], .. token, .. bytes[end..]],
            _ => Flip(bytes, start, draws.Between(0, 7)),
        };
    }

    private static byte[] Flip(byte[] bytes, int at, int bit)
    {
        var flipped = bytes.ToArray();
        if (at < flipped.Length)
        {
            flipped[at] ^= (byte)(1 << bit);
        }

        return flipped;
    }
}
