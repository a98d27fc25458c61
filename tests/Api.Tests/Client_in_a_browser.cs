using System.Text.RegularExpressions;
using CityTwin.Client;
using CityTwin.Protocol.V1;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>The typed client as the console has it: its calls leave by the browser and over REST.</summary>
public sealed partial class Client_in_a_browser
{
    private const string Proxy = "<html><h1>Bad gateway</h1></html>";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_method_that_is_no_stream_arrives_over_rest_with_all_its_fields_and_so_does_its_answer()
    {
        var recorder = new RecordedCalls();
        await using var server = new ApiServer { Recorder = recorder };
        await server.InitializeAsync();
        var browser = FakeBrowser.Of(server.Http);
        using var client = browser.Client();
        var methods = ServiceFiles().SelectMany(file => file.Services).SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming && !method.IsServerStreaming).ToList();
        Assert.True(methods.Count > 50, $"{methods.Count} methods are few.");

        foreach (var method in methods)
        {
            var request = RequestOf(method);

            var answer = await Call(client, method, request);

            Assert.True(recorder.Calls.TryDequeue(out var seen), $"{method.FullName} did not arrive.");
            Assert.Equal(request, seen.Request);
            Assert.Equal(seen.Answer, answer);
        }

        Assert.Equal(methods.Count, browser.Requests.Count);
    }

    [Fact]
    public async Task Request_is_written_as_the_rule_of_its_method_says()
    {
        var browser = new FakeBrowser((_, _, _, _) => Task.FromResult((200, "{}")));
        using var client = browser.Client();

        await client.Health.GetHealthAsync(new(), cancellationToken: Cancellation);
        await client.Sensors.ListReadingsAsync(new() { Parent = "sensors/flow", StartTime = new() { Seconds = 0 }, Every = new() { Seconds = 900 }, PageSize = 100 }, cancellationToken: Cancellation);
        await client.Zones.BatchGetZonesAsync(new() { Names = { "zones/a", "zones/b" } }, cancellationToken: Cancellation);
        await client.Segments.FailSegmentAsync(new() { Name = "segments/pump", Principal = "Ada", RequestId = "one" }, cancellationToken: Cancellation);
        await client.Breaches.DeleteBreachAsync(new() { Name = "breaches/7" }, cancellationToken: Cancellation);

        Assert.Equal(
            [
                ("GET", "/v1/health", null),
                ("GET", "/v1/sensors/flow/readings?pageSize=100&startTime=1970-01-01T00%3A00%3A00Z&every=900s", null),
                ("GET", "/v1/zones:batchGet?names=zones%2Fa&names=zones%2Fb", null),
                ("POST", "/v1/segments/pump:fail", """{"principal":"Ada","requestId":"one"}"""),
                ("DELETE", "/v1/breaches/7", null),
            ],
            browser.Requests);
    }

    [Theory]
    [InlineData("zones/nowhere")]
    [InlineData("zones/Not a name")]
    public async Task Refusal_reads_as_it_does_over_grpc(string name)
    {
        await using var server = new ApiServer();
        await server.InitializeAsync();
        using var client = FakeBrowser.Of(server.Http).Client();

        var rest = await Refused(() => client.Zones.GetZoneAsync(new() { Name = name }, cancellationToken: Cancellation));
        var grpc = await Refused(() => new ZoneService.ZoneServiceClient(server.Channel).GetZoneAsync(new() { Name = name }, cancellationToken: Cancellation));

        Assert.Equal((grpc.StatusCode, grpc.Detail), (rest.StatusCode, rest.Detail));
        Assert.NotEqual(StatusCode.Unavailable, rest.StatusCode);
    }

    [Theory]
    [InlineData(0, "", StatusCode.Unavailable, "The server could not be reached.")]
    [InlineData(502, Proxy, StatusCode.Unavailable, "The server answered 502.")]
    [InlineData(404, Proxy, StatusCode.Unimplemented, "The server answered 404.")]
    [InlineData(418, "[]", StatusCode.Unknown, "The server answered 418.")]
    [InlineData(403, """{"message":"Ask Ada."}""", StatusCode.PermissionDenied, "Ask Ada.")]
    [InlineData(500, """{"code":"many","message":7}""", StatusCode.Unknown, "The server answered 500.")]
    [InlineData(500, """{"code":0,"message":"Odd."}""", StatusCode.Unknown, "Odd.")]
    [InlineData(504, """{"code":4,"message":"Too slow.","details":[{"@type":"of.a.newer.Server"}]}""", StatusCode.DeadlineExceeded, "Too slow.")]
    [InlineData(200, Proxy, StatusCode.Internal, "The server answered what cannot be read here.")]
    public async Task Whatever_answers_in_between_becomes_a_status_with_words_for_the_operator(int status, string text, StatusCode code, string words)
    {
        var time = new PausedTime();
        using var client = new FakeBrowser((_, _, _, _) => Task.FromResult((status, text))).Client(time);

        var refused = Refused(() => client.Health.GetHealthAsync(new(), cancellationToken: Cancellation));
        await time.PassPauses(refused, shorterThan: TimeSpan.FromSeconds(1));

        Assert.Equal((code, words), ((await refused).StatusCode, (await refused).Detail));
    }

    [Fact]
    public async Task Field_of_a_newer_server_is_passed_over()
    {
        using var client = new FakeBrowser((_, _, _, _) => Task.FromResult((200, """{"silo":"a","mood":{"good":true}}"""))).Client();

        Assert.Equal("a", (await client.Health.GetHealthAsync(new(), cancellationToken: Cancellation)).Silo);
    }

    [Fact]
    public async Task Command_that_no_silo_can_take_is_tried_four_times_with_one_request_id()
    {
        var time = new PausedTime();
        var browser = new FakeBrowser((_, _, _, _) => Task.FromResult((503, """{"code":14,"message":"Not saved."}""")));
        using var client = browser.Client(time);

        var refused = Refused(() => client.Segments.FailSegmentAsync(new() { Name = "segments/pump" }, cancellationToken: Cancellation));
        await time.PassPauses(refused, shorterThan: TimeSpan.FromSeconds(1));

        Assert.Equal("Not saved.", (await refused).Detail);
        Assert.Equal(4, browser.Requests.Count);
        Assert.Equal(32, JsonParser.Default.Parse<FailSegmentRequest>(Assert.Single(browser.Requests.Select(request => request.Body).Distinct())).RequestId.Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task Request_that_stays_unanswered_is_given_up_when_the_caller_does_or_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var browser = new FakeBrowser(async (_, _, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return (0, "");
        });
        using var client = browser.Client(time);
        using var given = new CancellationTokenSource();

        var cancelled = Refused(() => client.Health.GetHealthAsync(new(), cancellationToken: given.Token));
        await given.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await cancelled).StatusCode);

        var disposed = client.Health.GetHealthAsync(new(), cancellationToken: Cancellation);
        disposed.Dispose();
        Assert.Equal(StatusCode.Cancelled, (await Refused(() => disposed)).StatusCode);

        var late = Refused(() => client.Health.GetHealthAsync(new(), cancellationToken: Cancellation));
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal((StatusCode.DeadlineExceeded, "The server could not be reached."), ((await late).StatusCode, (await late).Detail));
        Assert.Equal(3, browser.Requests.Count);

        Assert.Equal(StatusCode.DeadlineExceeded, (await Refused(() => client.Health.GetHealthAsync(new(), deadline: time.GetUtcNow().UtcDateTime, cancellationToken: Cancellation))).StatusCode);
        Assert.Equal(3, browser.Requests.Count);
    }

    [Theory]
    [InlineData("zones/..")]
    [InlineData("zones/")]
    [InlineData("zones/a/b")]
    [InlineData("segments/a")]
    [InlineData("")]
    public async Task Name_that_would_be_another_path_is_not_asked_for(string name)
    {
        var browser = new FakeBrowser((_, _, _, _) => Task.FromResult((200, "{}")));
        using var client = browser.Client();

        var refused = await Refused(() => client.Zones.GetZoneAsync(new() { Name = name }, cancellationToken: Cancellation));

        Assert.Equal((StatusCode.InvalidArgument, $"name is '{name}'; it looks like 'zones/*'."), (refused.StatusCode, refused.Detail));
        Assert.Empty(browser.Requests);
    }

    [Fact]
    public async Task Stream_says_where_it_is_to_be_had()
    {
        using var client = new FakeBrowser((_, _, _, _) => Task.FromResult((200, "{}"))).Client();

        Assert.Equal(StatusCode.Unimplemented, Assert.Throws<RpcException>(() => client.Ingest.SendReadings(cancellationToken: Cancellation)).StatusCode);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.WatchCity(new(), Cancellation).FirstAsync(Cancellation));
        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
        Assert.Contains("is a stream", refused.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task<Status> Refused<T>(Func<AsyncUnaryCall<T>> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call())).Status;

    private static IEnumerable<FileDescriptor> ServiceFiles() => typeof(CityTwinClient).GetProperties()
        .Where(property => property.PropertyType.BaseType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ClientBase<>))
        .Select(property => (ServiceDescriptor)property.PropertyType.DeclaringType!.GetProperty("Descriptor")!.GetValue(null)!)
        .Select(service => service.File).Distinct();

    /// <summary>All fields set, and what the path names of the form that it has there.</summary>
    private static IMessage RequestOf(MethodDescriptor method)
    {
        var request = RecordedCalls.Full(method.InputType);
        var rule = method.GetOptions().GetExtension(AnnotationsExtensions.Http);
        foreach (Match variable in Variable().Matches(rule.Get + rule.Post + rule.Delete))
        {
            method.InputType.FindFieldByName(variable.Groups[1].Value).Accessor.SetValue(request, variable.Groups[2].Value.Replace("*", "größe-1.b", StringComparison.Ordinal));
        }

        return request;
    }

    private static async Task<IMessage> Call(CityTwinClient client, MethodDescriptor method, IMessage request)
    {
        var service = typeof(CityTwinClient).GetProperties().Select(property => property.GetValue(client)).OfType<ClientBase>()
            .Single(service => service.GetType().DeclaringType!.Name == method.Service.Name);
        dynamic call = service.GetType().GetMethod(method.Name + "Async", [request.GetType(), typeof(CallOptions)])!.Invoke(service, [request, new CallOptions(cancellationToken: Cancellation)])!;
        return (IMessage)await call.ResponseAsync;
    }

    [GeneratedRegex(@"\{(\w+)=([^}]+)\}")]
    private static partial Regex Variable();
}
