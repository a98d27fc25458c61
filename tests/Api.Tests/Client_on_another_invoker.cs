using CityTwin.Client;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>The client package where it stands on no channel: patience and defaults are its own then.</summary>
public sealed class Client_on_another_invoker
{
    private readonly PausedTime _time = new();
    private readonly ScriptedInvoker _invoker = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Unavailable_is_tried_again_after_pauses_that_double_up_to_the_longest()
    {
        using var client = Client();
        _invoker.Statuses = [.. Enumerable.Repeat(StatusCode.Unavailable, 5)];

        var answer = client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        var pauses = await _time.PassPauses(answer.ResponseAsync, TimeSpan.MaxValue);

        Assert.Equal("zones/answered", (await answer).Name);
        Assert.Equal(("yes", StatusCode.OK), ((await answer.ResponseHeadersAsync).GetValue("answered"), answer.GetStatus().StatusCode));
        Assert.Equal(6, _invoker.Options.Count);
        Assert.All(pauses.Zip([100.0, 200, 400, 500, 500]), pause => Assert.InRange(pause.First.TotalMilliseconds, pause.Second * 0.8, pause.Second * 1.2));
        Assert.Equal(5, pauses.Count);
    }

    [Theory]
    [InlineData(StatusCode.NotFound, 1)]
    [InlineData(StatusCode.DeadlineExceeded, 1)]
    [InlineData(StatusCode.ResourceExhausted, 1)]
    [InlineData(StatusCode.Unavailable, 6)]
    public async Task What_is_refused_is_told_after_as_many_tries_as_may_help(StatusCode status, int tries)
    {
        using var client = Client();
        _invoker.Statuses = [.. Enumerable.Repeat(status, 100)];

        var answer = client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        await _time.PassPauses(answer.ResponseAsync, TimeSpan.MaxValue);

        Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(async () => await answer)).StatusCode);
        Assert.Equal((tries, status), (_invoker.Options.Count, answer.GetStatus().StatusCode));
    }

    [Fact]
    public async Task Command_keeps_its_request_id_and_deadline_from_try_to_try()
    {
        using var client = Client();
        _invoker.Statuses = [StatusCode.Unavailable, StatusCode.Unavailable];

        var answer = client.Zones.SetPostureAsync(new(), cancellationToken: Cancellation);
        await _time.PassPauses(answer.ResponseAsync, TimeSpan.MaxValue);

        Assert.Equal(3, _invoker.Requests.Count);
        Assert.Equal(32, Assert.IsType<SetPostureRequest>(Assert.Single(_invoker.Requests.Distinct())).RequestId.Length);
        Assert.Equal(_time.Start.UtcDateTime + TimeSpan.FromSeconds(30), Assert.Single(_invoker.Options.Select(options => options.Deadline).Distinct()));
    }

    [Fact]
    public async Task Pause_that_would_outlast_the_deadline_is_not_begun()
    {
        using var client = Client();
        _invoker.Statuses = [StatusCode.Unavailable, StatusCode.Unavailable];

        var answer = client.Zones.GetZoneAsync(new(), deadline: _time.GetUtcNow().UtcDateTime.AddMilliseconds(200), cancellationToken: Cancellation);
        await _time.PassPauses(answer.ResponseAsync, TimeSpan.MaxValue);

        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await answer)).StatusCode);
        Assert.Equal(2, _invoker.Options.Count);
    }

    [Fact]
    public async Task Caller_who_gives_up_in_a_pause_is_not_tried_for_any_more()
    {
        using var client = Client();
        using var given = new CancellationTokenSource();
        _invoker.Statuses = [StatusCode.Unavailable, StatusCode.Unavailable];

        var cancelled = client.Zones.GetZoneAsync(new(), cancellationToken: given.Token);
        await given.CancelAsync();
        var disposed = client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        disposed.Dispose();

        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await cancelled)).StatusCode);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await disposed)).StatusCode);
        Assert.Equal(2, _invoker.Options.Count);
    }

    [Fact]
    public void Options_of_a_connection_do_not_matter_and_those_of_patience_do()
    {
        using var client = new CityTwinClient(_invoker, new() { Addresses = [] });

        Assert.Throws<ArgumentException>(() => new CityTwinClient(_invoker, new() { AttemptsMax = 0 }));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(_invoker, new() { Deadline = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(_invoker, new() { LongestPause = TimeSpan.Zero }));
    }

    private CityTwinClient Client() => new(_invoker, new() { Time = _time, LongestPause = TimeSpan.FromMilliseconds(500) });

    /// <summary>Refuses with its statuses in turn, then answers.</summary>
    private sealed class ScriptedInvoker : CallInvoker
    {
        public IReadOnlyList<StatusCode> Statuses { get; set; } = [];

        public List<object> Requests { get; } = [];

        public List<CallOptions> Options { get; } = [];

        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        {
            Requests.Add(request);
            Options.Add(options);
            var status = Options.Count <= Statuses.Count ? new Status(Statuses[Options.Count - 1], "as the test wants") : Status.DefaultSuccess;
            var answer = status.StatusCode != StatusCode.OK ? Task.FromException<TResponse>(new RpcException(status))
                : Task.FromResult(new Zone { Name = "zones/answered" } as TResponse ?? Activator.CreateInstance<TResponse>());
            return new(answer, Task.FromResult<Metadata>([new("answered", "yes")]), () => status, () => [], () => { });
        }

        public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

        public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

        public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();
    }
}
