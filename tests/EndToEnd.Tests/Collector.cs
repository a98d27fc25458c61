using System.Net;
using System.Text;
using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests;

/// <summary>A span as a collector is sent it; ids in hexadecimal.</summary>
internal sealed record Span(string Trace, string Id, string Parent, string Name);

/// <summary>A collector that takes OTLP over HTTP and keeps the spans.</summary>
internal sealed class Collector : IDisposable
{
    private const int Varint = 0, Eight = 1, Bytes = 2, Four = 5;
    private readonly HttpListener _listener = new();
    private readonly List<Span> _spans = [];
    private string _metrics = "";

    public Collector()
    {
        Address = $"http://127.0.0.1:{Mosquitto.FreePort()}";
        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = Listen();
    }

    public string Address { get; }

    public IReadOnlyList<Span> Spans
    {
        get
        {
            lock (_spans)
            {
                return [.. _spans];
            }
        }
    }

    /// <summary>The newest metrics, as they came: names can be read in them.</summary>
    public string Metrics => Volatile.Read(ref _metrics);

    public void Dispose() => _listener.Close();

    private async Task Listen()
    {
        while (_listener.IsListening)
        {
            try
            {
                var call = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await call.Request.InputStream.CopyToAsync(body);
                Take(call.Request.Url!.AbsolutePath, body.ToArray());
                call.Response.ContentType = "application/x-protobuf";
                call.Response.Close();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                // The test is over, or a silo was killed while it sent.
            }
        }
    }

    private void Take(string path, byte[] body)
    {
        if (path == "/v1/metrics")
        {
            Volatile.Write(ref _metrics, Encoding.Latin1.GetString(body));
            return;
        }

        // opentelemetry/proto/trace/v1/trace.proto: resource_spans = 1, scope_spans = 2, spans = 2.
        var spans = Inside(body, 1).SelectMany(resource => Inside(resource, 2)).SelectMany(scope => Inside(scope, 2)).Select(SpanOf).ToList();
        lock (_spans)
        {
            _spans.AddRange(spans);
        }
    }

    private static Span SpanOf(byte[] span) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Inside(span, 5).FirstOrDefault() ?? []));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Inside(message, field).FirstOrDefault() ?? []);

    /// <summary>The values of a field of bytes in a protobuf message.</summary>
    private static List<byte[]> Inside(byte[] message, int field)
    {
        var (found, at) = (new List<byte[]>(), 0);
        while (at < message.Length)
        {
            var tag = Number();
            var length = (int)(tag & 7) switch { Eight => 8, Bytes => (int)Number(), Four => 4, _ => 0 };
            if ((tag & 7) == Varint)
            {
                Number();
            }

            if ((tag & 7) == Bytes && tag >> 3 == (ulong)field)
            {
                found.Add(message[at..(at + length)]);
            }

            at += length;
        }

        return found;

        ulong Number()
        {
            for (var (value, shift) = (0UL, 0); ; shift += 7)
            {
                value |= (ulong)(message[at] & 0x7f) << shift;
                if ((message[at++] & 0x80) == 0)
                {
                    return value;
                }
            }
        }
    }
}
