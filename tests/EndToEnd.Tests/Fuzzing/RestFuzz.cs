using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using CityTwin.Testing;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CityTwin.EndToEnd.Tests.Fuzzing;

/// <summary>Requests of every route and some pages: path, query, body and headers may all be wrong.</summary>
internal sealed partial class RestFuzz(int port, RequestMaker maker, string key) : IDisposable
{
    private const int NestingMost = 20_000;
    private static readonly TimeSpan StreamFor = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default);

    /// <summary>Not built, not now, not in time: answers that are meant. Any other of the fives is a fault of ours.</summary>
    private static readonly int[] Meant = [501, 503, 504];

    private static readonly string[] Places = ["/", "/health", "/metrics", "/healthz", "/v1/events", "/v1/nothing", "/enter?once=00", "/breaches", "/favicon.ico", "/v1//", "/v1/zones/", "/_content/x", "/_blazor", "/_blazor/negotiate?negotiateVersion=1"];

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new($"http://127.0.0.1:{port}/"), Timeout = Timeout.InfiniteTimeSpan };

    public async Task Send(int number, Draws draws, Tally tally, CancellationToken cancellation)
    {
        using var request = Request(draws);
        var what = $"REST {number} {request.Method} {request.RequestUri}";
        what = what.Length > 300 ? what[..300] : what;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            var code = (int)answer.StatusCode;
            tally.Answered($"REST {code}", code < 500 || Meant.Contains(code) ? null : $"{what} {await answer.Content.ReadAsStringAsync(patience.Token)}");
            await ReadOn(answer, cancellation);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            tally.Answered("REST hangs", what);
        }
        catch (HttpRequestException failure)
        {
            tally.Answered("REST broken", $"{what}: {failure.Message} {failure.InnerException?.Message}");
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>After its head an answer may be a stream, which goes on for ever.</summary>
    private static async Task ReadOn(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(StreamFor);
        try
        {
            await answer.Content.CopyToAsync(Stream.Null, enough.Token);
        }
        catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException or IOException && !cancellation.IsCancellationRequested)
        {
        }
    }

    private HttpRequestMessage Request(Draws draws)
    {
        var (method, rule) = draws.OneOf(Contract.Routes);
        var (verb, path) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Post => (HttpMethod.Post, rule.Post),
            HttpRule.PatternOneofCase.Delete => (HttpMethod.Delete, rule.Delete),
            _ => (HttpMethod.Get, rule.Get),
        };
        path = draws.Chance(3) ? draws.OneOf(Places) : Filled(path, draws);
        if (rule.Body.Length == 0 || draws.Chance(3))
        {
            path += Query(method.InputType, draws);
        }

        path = draws.Chance(5) ? Safe(Mutation.Of(path, draws)) : path;
        var request = new HttpRequestMessage(draws.Chance(3) ? draws.OneOf([HttpMethod.Put, HttpMethod.Head, HttpMethod.Options, HttpMethod.Patch, HttpMethod.Post]) : verb, new Uri(path, UriKind.Relative));
        if (rule.Body.Length > 0 || draws.Chance(2))
        {
            var type = draws.Chance(95) ? "application/json" : draws.OneOf(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-7", "application/grpc-web", "application/grpc"]);
            request.Content = new ByteArrayContent(Body(method.InputType, draws));
            request.Content.Headers.TryAddWithoutValidation("content-type", type);
        }

        if (draws.Chance(3))
        {
            request.Headers.TryAddWithoutValidation(
                draws.OneOf(["accept", "if-none-match", "range", "accept-encoding", "last-event-id", "cookie", "traceparent", "content-encoding", "x-forwarded-for"]),
                draws.OneOf(["\u0001", "bytes=5-1", "*", "gzip;q=9", new string('h', 9000), "00-0-0-00", "=;="]));
        }

        request.Headers.Authorization = draws.Chance(99) ? new AuthenticationHeaderValue("Bearer", key) : null;
        return request;
    }

    private string Filled(string path, Draws draws) => Placeholder().Replace(path, place =>
    {
        var kind = place.Groups["kind"].Value;
        var ofKind = maker.Names.Where(name => name.StartsWith(kind, StringComparison.Ordinal)).ToList();
        return ofKind.Count > 0 && kind.Length > 0 && draws.Chance(80) ? draws.OneOf(ofKind)
            : kind + Uri.EscapeDataString(draws.OneOf(["0", "-1", "99999999999999999999", "none", "é", "..", "a b", "\u0000", "'\"", new string('x', 5000)]));
    });

    private string Query(MessageDescriptor type, Draws draws)
    {
        var message = maker.Make(type, draws, hasExtremes: draws.Chance(60));
        var parts = type.Fields.InDeclarationOrder().Where(field => !field.IsMap && field.FieldType != FieldType.Message && draws.Chance(30))
            .Select(field => $"{(draws.Chance(95) ? field.JsonName : "nonsense")}={Uri.EscapeDataString(Shown(field.Accessor.GetValue(message)))}").ToList();
        return parts.Count == 0 ? "" : $"?{string.Join('&', parts)}";

        static string Shown(object value)
        {
            var text = FormattableString.Invariant($"{value}");
            return text.Length > 6000 ? text[..6000] : text;
        }
    }

    private byte[] Body(MessageDescriptor type, Draws draws)
    {
        switch (draws.Between(0, 19))
        {
            case 0:
                var depth = draws.Between(30, NestingMost);
                return Encoding.UTF8.GetBytes($"{string.Concat(Enumerable.Repeat("{\"a\":", depth))}1{new string('}', depth)}");
            case 1:
                return Encoding.UTF8.GetBytes($"[{new string('[', draws.Between(0, NestingMost))}");
            case 2:
                return Mutation.Noise(draws, 200);
            case 3:
                return Encoding.UTF8.GetBytes($$"""{"principal":"anna","reason":"drill","nonsense":1e{{draws.Between(1, 9999)}}}""");
            case < 14:
                return Mutation.Of(Text(type, draws, hasExtremes: false), draws);
            default:
                return Text(type, draws, hasExtremes: draws.Chance(70));
        }
    }

    private byte[] Text(MessageDescriptor type, Draws draws, bool hasExtremes)
    {
        try
        {
            return Encoding.UTF8.GetBytes(Json.Format(maker.Make(type, draws, hasExtremes)));
        }
        catch (InvalidOperationException)
        {
            // A time beyond the year 9999 has no text.
            return "{}"u8.ToArray();
        }
    }

    /// <summary>What still is an address for the client: it must begin with a slash, and two would be another host.</summary>
    private static string Safe(string path) => "/" + new string([.. path.Where(letter => !char.IsControl(letter))]).TrimStart('/', '\\').Replace(' ', '+');

    [GeneratedRegex(@"\{\w+(=(?<kind>\w+/)[^}]*)?\}")]
    private static partial Regex Placeholder();
}
