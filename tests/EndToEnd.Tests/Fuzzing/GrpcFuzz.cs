using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using CityTwin.Testing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>Calls of every RPC, made of bytes: what they say, how they are framed and where they go may all be wrong.</summary>
internal sealed class GrpcFuzz(int port, RequestMaker maker, Func<string, string> keyFor) : IDisposable
{
    /// <summary>Streams that are taken go on for ever; this is long enough for one to say something.</summary>
    private const int StreamMilliseconds = 50;
    private const int CallSeconds = 10;
    private const long ProtocolError = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(CallSeconds + 10);

    /// <summary>The server takes those that it cannot use for none; a stream would then go on for ever, as it is asked to.</summary>
    private static readonly string[] OddTimeouts = ["0n", "1n", "99999999H", "-1S", "soon"];

    /// <summary>UNKNOWN and INTERNAL are faults of ours, DATA_LOSS would be one.</summary>
    private static readonly int[] Faults = [2, 13, 15];

    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = new($"http://127.0.0.1:{port}/"), Timeout = Timeout.InfiniteTimeSpan };

    public async Task Send(int number, Draws draws, Tally tally, CancellationToken cancellation)
    {
        var method = draws.OneOf(Contract.Methods);
        var path = $"{method.Service.FullName}/{method.Name}";
        var isElsewhere = draws.Chance(2);
        using var request = Request(isElsewhere ? Uri.EscapeDataString(Mutation.Of(path, draws)) : path, method, Body(method, draws), draws);
        var what = $"gRPC {number} {request.RequestUri}";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            var (status, text) = await Status(request, patience.Token);
            tally.Answered($"gRPC {status}", int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && !Faults.Contains(code) ? null : $"{what} {text}");
        }
        catch (HttpRequestException failure) when (isElsewhere && failure.InnerException is HttpProtocolException { ErrorCode: ProtocolError })
        {
            // A path that HTTP itself does not have, such as one with a zero in it: RFC 9113, 8.1.1.
            tally.Answered("gRPC reset as malformed HTTP");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            tally.Answered("gRPC hangs", what);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // At its deadline a stream may end before its trailers; the caller has the deadline too.
            var isDue = IsStream(method) && Stopwatch.GetElapsedTime(began).TotalMilliseconds >= StreamMilliseconds * 0.8;
            tally.Answered(isDue ? "gRPC ended at its deadline" : "gRPC broken", isDue ? null : $"{what}: {failure.Message} {failure.InnerException?.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(string path, MethodDescriptor method, byte[] body, Draws draws)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new("trailers"));
        request.Headers.TryAddWithoutValidation("grpc-timeout", IsStream(method) ? $"{StreamMilliseconds}m"
            : draws.Chance(1) ? draws.OneOf(OddTimeouts) : $"{CallSeconds}S");
        if (draws.Chance(1))
        {
            request.Headers.TryAddWithoutValidation("grpc-encoding", draws.OneOf(["gzip", "identity", "nonsense"]));
        }

        request.Headers.Authorization = new("Bearer", keyFor(method.FullName));
        return request;
    }

    private byte[] Body(MethodDescriptor method, Draws draws)
    {
        var frames = Enumerable.Range(0, method.IsClientStreaming ? draws.Between(0, 4) : draws.Chance(3) ? draws.OneOf([0, 2]) : 1)
            .SelectMany(_ => Framed(Message(method.InputType, draws), draws.Chance(5) ? draws : null)).ToArray();
        return draws.Chance(2) ? Mutation.Of(frames, draws) : frames;
    }

    private byte[] Message(MessageDescriptor type, Draws draws) => draws.Between(0, 9) switch
    {
        < 2 => maker.Make(type, draws, hasExtremes: false).ToByteArray(),
        < 7 => maker.Make(type, draws, hasExtremes: true).ToByteArray(),
        < 9 => Mutation.Of(maker.Make(type, draws, hasExtremes: false).ToByteArray(), draws),
        _ => Mutation.Noise(draws, 200),
    };

    /// <param name="wrong">Draws what is wrong with the frame; null = nothing.</param>
    private static byte[] Framed(byte[] message, Draws? wrong)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        switch (wrong?.Between(0, 3))
        {
            case 0:
                frame[0] = (byte)wrong.Between(1, 255);
                break;
            case 1:
                BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), wrong.OneOf([-1, int.MinValue, int.MaxValue, message.Length + 1, 5_000_000, Math.Max(0, message.Length - 1)]));
                break;
            case 2:
                return frame[..wrong.Between(0, frame.Length)];
        }

        return frame;
    }

    private static bool IsStream(MethodDescriptor method) => method.IsServerStreaming || method.IsClientStreaming;

    private async Task<(string Status, string Text)> Status(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (In(answer.Headers) is { } early)
        {
            return early;
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) > 0)
        {
        }

        // A request that is no gRPC at all has the status of HTTP.
        return In(answer.TrailingHeaders) ?? (answer.StatusCode == HttpStatusCode.OK ? "none" : $"{(int)answer.StatusCode}", "");

        static (string Status, string Text)? In(HttpResponseHeaders headers) => headers.TryGetValues("grpc-status", out var values)
            ? (values.First(), headers.TryGetValues("grpc-message", out var texts) ? texts.First() : "")
            : null;
    }
}
