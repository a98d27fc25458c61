using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CityTwin.Testing;

/// <summary>A connection to a broker in the bytes of MQTT 3.1.1, so that they can be wrong; no library would send those.</summary>
public sealed class MqttLine : IDisposable
{
    private const byte Connect = 0x10;
    private const byte Publish = 0x32;
    private const byte PublishOnce = 0x30;
    private const byte Acknowledgement = 0x40;
    private const byte Ping = 0xc0;
    private const byte Pong = 0xd0;
    private readonly TcpClient _tcp = new() { NoDelay = true };
    private NetworkStream _stream = null!;
    private ushort _packet;

    /// <param name="key">Shown as the password; null = nobody asks.</param>
    public static async Task<MqttLine> Open(int port, string client, string? key, CancellationToken cancellation)
    {
        var line = new MqttLine();
        await line._tcp.ConnectAsync("127.0.0.1", port, cancellation);
        // Kept: once the broker has cut the line, the client hands out none, and a cut is an answer.
        line._stream = line._tcp.GetStream();
        var flags = (byte)(key is null ? 0x02 : 0xc2);
        await line.Write(Packet(Connect, [.. Text("MQTT"), 4, flags, 0, 0, .. Text(client), .. key is null ? [] : Text("fuzz"), .. key is null ? [] : Text(key)]), cancellation);
        var answer = await line.Read(cancellation);
        return answer is [0x20, 0, 0] ? line : throw new InvalidOperationException($"The broker answered the connect with {Convert.ToHexString(answer ?? [])}.");
    }

    /// <summary>A message to be acknowledged.</summary>
    public byte[] Message(byte[] topic, byte[] payload, bool isRetained)
    {
        unchecked
        {
            _packet = ++_packet == 0 ? (ushort)1 : _packet;
        }

        return Packet((byte)(Publish | (isRetained ? 1 : 0)), [.. Number(topic.Length), .. topic, .. Number(_packet), .. payload]);
    }

    /// <summary>A message that nobody acknowledges.</summary>
    public static byte[] Unacknowledged(string topic, string payload) => Packet(PublishOnce, [.. Text(topic), .. Encoding.ASCII.GetBytes(payload)]);

    /// <summary>Sends anything, and waits for as long as the broker does not take it.</summary>
    public ValueTask Send(byte[] bytes, CancellationToken cancellation) => Write(bytes, cancellation);

    /// <returns>False when the broker cut the line instead of acknowledging.</returns>
    public async Task<bool> IsAcknowledged(byte[] message, CancellationToken cancellation)
    {
        var wanted = _packet;
        return await Until(message, packet => packet[0] == Acknowledgement && BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(1)) == wanted, cancellation);
    }

    /// <summary>Sends anything, and a ping after it: a line that still understands answers it.</summary>
    /// <returns>False when the broker cut the line.</returns>
    public Task<bool> IsUnderstood(byte[] bytes, CancellationToken cancellation) => Until([.. bytes, Ping, 0], packet => packet[0] == Pong, cancellation);

    /// <summary>Nothing more is sent; what was begun stays unfinished.</summary>
    public void EndSending()
    {
        try
        {
            _tcp.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The broker was first.
        }
    }

    public void Dispose() => _tcp.Dispose();

    private async Task<bool> Until(byte[] bytes, Func<byte[], bool> isAnswer, CancellationToken cancellation)
    {
        try
        {
            await Write(bytes, cancellation);
            while (await Read(cancellation) is { } packet)
            {
                if (isAnswer(packet))
                {
                    return true;
                }
            }
        }
        catch (IOException)
        {
            // Cut, with some of ours unread.
        }

        return false;
    }

    private ValueTask Write(byte[] bytes, CancellationToken cancellation) => _stream.WriteAsync(bytes, cancellation);

    /// <returns>The type and what follows the length; null at the end.</returns>
    private async Task<byte[]?> Read(CancellationToken cancellation)
    {
        var stream = _stream;
        var head = new byte[2];
        if (await stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, cancellation) < 2)
        {
            return null;
        }

        // Nothing that a broker answers to a publisher is longer than 127 bytes.
        var packet = new byte[1 + head[1]];
        packet[0] = head[0];
        return await stream.ReadAtLeastAsync(packet.AsMemory(1), head[1], throwOnEndOfStream: false, cancellation) < head[1] ? null : packet;
    }

    private static byte[] Text(string text) => [.. Number(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(int number) => [(byte)(number >> 8), (byte)(number & 0xff)];

    private static byte[] Packet(byte type, byte[] content)
    {
        var packet = new List<byte> { type };
        var left = content.Length;
        do
        {
            packet.Add((byte)((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
            left >>= 7;
        }
        while (left > 0);
        packet.AddRange(content);
        return [.. packet];
    }
}
