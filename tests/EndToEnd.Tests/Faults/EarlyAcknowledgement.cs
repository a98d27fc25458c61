using System.Buffers.Binary;
using System.Net.Sockets;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>
/// The planted defect: on this line a message is acknowledged to the broker before the silo has even read it, and what the
/// silo says about it later is swallowed. Nothing in the product is changed; to the broker it looks like a silo that
/// acknowledges before it commits.
/// </summary>
internal static class EarlyAcknowledgement
{
    private const int Publish = 3;
    private const int Acknowledge = 4;
    private const byte LeastOnce = 0x02;
    private const int LengthBytesMax = 4;

    public static async Task Carry(Line line, NetworkStream client, NetworkStream server, CancellationToken cut)
    {
        using var sending = new SemaphoreSlim(1, 1);
        await await Task.WhenAny(
            Pass(line, client, async packet =>
            {
                if (KindOf(packet) != Acknowledge)
                {
                    await Send(packet);
                }
            }, cut),
            Pass(line, server, async packet =>
            {
                if (KindOf(packet) == Publish && (packet[0] & LeastOnce) != 0)
                {
                    byte[] answer = [Acknowledge << 4, 2, 0, 0];
                    BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), NumberOf(packet));
                    await Send(answer);
                }

                await client.WriteAsync(packet, cut);
            }, cut));

        async Task Send(byte[] packet)
        {
            await sending.WaitAsync(cut);
            await server.WriteAsync(packet, cut);
            sending.Release();
        }
    }

    private static async Task Pass(Line line, NetworkStream from, Func<byte[], Task> to, CancellationToken cut)
    {
        while (await Read(from, cut) is { } packet)
        {
            await line.Opened.WaitAsync(cut);
            await to(packet);
        }
    }

    /// <summary>One control packet of MQTT as it stands; null at the end.</summary>
    private static async Task<byte[]?> Read(NetworkStream from, CancellationToken cut)
    {
        var head = new byte[1 + LengthBytesMax];
        if (await from.ReadAsync(head.AsMemory(0, 1), cut) == 0)
        {
            return null;
        }

        var (size, length) = (1, 0);
        do
        {
            await from.ReadExactlyAsync(head.AsMemory(size, 1), cut);
            length |= (head[size] & 0x7F) << (7 * (size - 1));
        }
        while ((head[size++] & 0x80) != 0 && size < head.Length);
        var packet = new byte[size + length];
        head.AsSpan(0, size).CopyTo(packet);
        await from.ReadExactlyAsync(packet.AsMemory(size), cut);
        return packet;
    }

    private static int KindOf(byte[] packet) => packet[0] >> 4;

    /// <summary>The number of a message stands after its topic.</summary>
    private static ushort NumberOf(byte[] publish)
    {
        var at = 1;
        while ((publish[at++] & 0x80) != 0)
        {
        }

        var topic = BinaryPrimitives.ReadUInt16BigEndian(publish.AsSpan(at));
        return BinaryPrimitives.ReadUInt16BigEndian(publish.AsSpan(at + 2 + topic));
    }
}
