using CityTwin.Api.Errors;
using CityTwin.Client;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>The client package against silos that fail as the test wants, on real connections.</summary>
public sealed class Client_of_failing_silos : IAsyncLifetime
{
    private readonly FailingSilo _silo = new();
    private readonly FailingSilo _other = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _silo.Start();
        await _other.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _silo.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Read_is_tried_again_until_a_silo_can_take_it()
    {
        using var client = Client();
        _silo.Answer = call => call < 3 ? throw Status(StatusCode.Unavailable) : new Zone { Name = "zones/old-town" };

        Assert.Equal("zones/old-town", (await client.Zones.GetZoneAsync(new() { Name = "zones/old-town" }, cancellationToken: Cancellation)).Name);
        Assert.Equal(3, _silo.Calls);
    }

    [Fact]
    public async Task Refusal_is_told_at_once()
    {
        using var client = Client();
        _silo.Answer = _ => throw Status(StatusCode.NotFound);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation));

        Assert.Equal((StatusCode.NotFound, 1), (refused.StatusCode, _silo.Calls));
    }

    [Fact]
    public async Task Command_keeps_its_request_id_from_try_to_try_and_gets_another_one_when_given_again()
    {
        using var client = Client();
        _silo.Answer = call => call is 1 or 2 ? throw Status(StatusCode.Unavailable) : new Zone();
        var order = new SetPostureRequest { Name = "zones/old-town" };

        await client.Zones.SetPostureAsync(order, cancellationToken: Cancellation);
        await client.Zones.SetPostureAsync(order, cancellationToken: Cancellation);
        await client.Zones.SetPostureAsync(new() { RequestId = "mine" }, cancellationToken: Cancellation);

        Assert.Equal("", order.RequestId);
        Assert.Equal(5, _silo.RequestIds.Count);
        Assert.Single(_silo.RequestIds.Take(3).Distinct());
        Assert.Equal(3, _silo.RequestIds.Distinct().Count());
        Assert.Equal("mine", _silo.RequestIds[^1]);
        Assert.DoesNotContain("", _silo.RequestIds);
    }

    [Fact]
    public async Task Silo_that_is_gone_is_passed_over()
    {
        await _silo.DisposeAsync();
        using var client = Client(_silo.Address, _other.Address);
        _other.Answer = _ => new Zone();

        for (var call = 0; call < 10; call++)
        {
            await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        }

        Assert.Equal(10, _other.Calls);
    }

    [Fact]
    public async Task Silo_at_which_a_call_broke_on_its_way_is_left_out_while_another_one_answers()
    {
        using var client = Client(_silo.Address, _other.Address);
        while (_silo.Calls == 0 || _other.Calls == 0)
        {
            await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        }

        var before = _silo.Calls;
        _silo.BreaksCalls = true;
        for (var call = 0; call < 20; call++)
        {
            try
            {
                await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
            }
            catch (RpcException)
            {
                // The one that broke may have been carried out, and is told as it is.
            }
        }

        Assert.Equal(1, _silo.Calls - before);
    }

    [Fact]
    public async Task Call_has_a_deadline_though_its_caller_gave_none()
    {
        using var client = Client();
        _silo.Answer = _ => new Zone();

        await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);

        Assert.NotEqual(DateTime.MaxValue, _silo.Deadline);
    }

    [Fact]
    public async Task Credential_is_asked_for_each_call()
    {
        var number = 0;
        using var client = new CityTwinClient(Options(_silo.Address) with { Credential = _ => new($"key-{++number}") });
        _silo.Answer = _ => new Zone();

        await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);
        await client.Zones.GetZoneAsync(new(), cancellationToken: Cancellation);

        Assert.Equal(["Bearer key-1", "Bearer key-2"], _silo.Credentials);
    }

    [Fact]
    public async Task Watch_goes_on_at_its_token_on_another_silo()
    {
        using var client = Client(_silo.Address, _other.Address);
        _silo.Stream = _other.Stream = async (request, answers) =>
        {
            await answers(new() { Kind = WatchKind.Changed, Zone = new() { Name = $"after {request.ResumeToken}" } });
            await answers(new() { Kind = WatchKind.Checkpoint, ResumeToken = $"{request.ResumeToken}i" });
            throw Status(StatusCode.Unavailable);
        };

        var seen = await Watch(client, messages: 6);

        Assert.Equal(["after ", "after i", "after ii"], seen.Where(message => message.Kind == WatchKind.Changed).Select(message => message.Zone.Name));
        Assert.DoesNotContain(seen, message => message.Kind == WatchKind.Gap);
        Assert.Equal((true, true), (_silo.Calls > 0, _other.Calls > 0));
    }

    [Fact]
    public async Task Watch_that_broke_within_its_snapshot_says_that_what_was_told_does_not_count()
    {
        using var client = Client();
        _silo.Stream = async (_, answers) =>
        {
            await answers(new() { Kind = WatchKind.Snapshot, Zone = new() });
            if (_silo.Calls > 1)
            {
                await answers(new() { Kind = WatchKind.Checkpoint, ResumeToken = "t" });
            }
        };

        var seen = await Watch(client, messages: 4);

        Assert.Equal([WatchKind.Snapshot, WatchKind.Gap, WatchKind.Snapshot, WatchKind.Checkpoint], seen.Select(message => message.Kind));
    }

    [Fact]
    public async Task Watch_from_a_token_goes_on_there_when_it_breaks_before_it_has_another_one()
    {
        using var client = Client();
        var resumedAt = new List<string>();
        _silo.Stream = async (request, answers) =>
        {
            resumedAt.Add(request.ResumeToken);
            await answers(new() { Kind = WatchKind.Changed, Zone = new() });
        };

        var seen = await Watch(client, messages: 3, from: "t");

        // Said "forget what you have", it would have had to send a snapshot, which nobody sends who goes on at a token.
        Assert.All(seen, message => Assert.Equal(WatchKind.Changed, message.Kind));
        Assert.All(resumedAt, token => Assert.Equal("t", token));
    }

    [Fact]
    public async Task Watch_that_is_refused_ends()
    {
        using var client = Client();
        _silo.Stream = (_, _) => throw Status(StatusCode.PermissionDenied);

        var refused = await Assert.ThrowsAsync<RpcException>(() => Watch(client, messages: 1));

        Assert.Equal((StatusCode.PermissionDenied, 1), (refused.StatusCode, _silo.Calls));
    }

    [Fact]
    public async Task Watch_that_is_cancelled_ends()
    {
        using var client = Client();
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        _silo.Stream = async (_, answers) =>
        {
            await answers(new() { Kind = WatchKind.Snapshot, Zone = new() });
            await Task.Delay(Timeout.Infinite, Cancellation);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.WatchZones(new(), cancelled.Token))
            {
                await cancelled.CancelAsync();
            }
        });
    }

    [Fact(Timeout = 60_000)]
    public async Task Readings_that_were_not_answered_are_sent_again_to_another_silo_and_answers_keep_their_order()
    {
        using var client = Client(_silo.Address, _other.Address);
        var stored = new List<SendReadingsRequest>();
        _silo.Readings = _other.Readings = async (messages, answer) =>
        {
            for (var number = 1; await messages.MoveNext(Cancellation); number++)
            {
                lock (stored)
                {
                    stored.Add(messages.Current);
                }

                // Stored, and the third of each stream not answered any more.
                await (number == 3 ? throw Status(StatusCode.Unavailable) : answer(new() { MessageNumber = number, Stored = 1 }));
            }
        };

        var answers = new List<long>();
        await foreach (var answer in client.SendReadings(Messages(10), Cancellation))
        {
            answers.Add(answer.MessageNumber);
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(number => (long)number), answers);
        Assert.Equal((true, true), (_silo.Calls > 0, _other.Calls > 0));
        // Each once, however often it was sent: a reading without a name of its own got one.
        var readings = stored.SelectMany(message => message.Readings).ToList();
        Assert.True(readings.Count > 10, $"{readings.Count} were sent.");
        Assert.Equal(10, readings.Select(reading => reading.ObserveTime).Distinct().Count());
        Assert.Equal(10, readings.Distinct().Count());
    }

    [Fact(Timeout = 60_000)]
    public async Task Sender_whose_messages_fail_or_are_refused_hears_why()
    {
        using var client = Client();
        _silo.Readings = async (messages, _) => await messages.MoveNext(Cancellation);
        await Assert.ThrowsAsync<InvalidDataException>(async () => await client.SendReadings(Broken(), Cancellation).ToListAsync(Cancellation));

        _silo.Readings = (_, _) => throw Status(StatusCode.PermissionDenied);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.SendReadings(Messages(3), Cancellation).ToListAsync(Cancellation));
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);

        static async IAsyncEnumerable<SendReadingsRequest> Broken()
        {
            await Task.Yield();
            yield return new();
            throw new InvalidDataException();
        }
    }

    /// <summary>An answer that is too large for the caller comes back so each time, and an exhausted quota of refusals does not heal by asking.</summary>
    [Theory(Timeout = 60_000)]
    [InlineData(null)]
    [InlineData("TOO_MANY_REFUSALS")]
    public async Task Stream_that_has_exhausted_something_else_than_streams_ends(string? reason)
    {
        using var client = Client();
        _silo.Stream = (_, _) => throw Exhausted(reason);
        _silo.Readings = (_, _) => throw Exhausted(reason);

        var watching = await Assert.ThrowsAsync<RpcException>(() => Watch(client, messages: 1));
        Assert.Equal(1, _silo.Calls);
        // Where its end is met while something is written, it may say only that it broke, and is opened once more.
        var sending = await Assert.ThrowsAsync<RpcException>(async () => await client.SendReadings(Messages(3), Cancellation).ToListAsync(Cancellation));

        Assert.Equal((StatusCode.ResourceExhausted, StatusCode.ResourceExhausted), (watching.StatusCode, sending.StatusCode));
    }

    [Fact(Timeout = 60_000)]
    public async Task Stream_for_which_there_is_no_room_is_opened_again()
    {
        using var client = Client();
        _silo.Stream = async (_, answers) => await (_silo.Calls < 3 ? throw Exhausted("TOO_MANY_STREAMS") : answers(new() { Kind = WatchKind.Snapshot }));

        Assert.Equal(WatchKind.Snapshot, Assert.Single(await Watch(client, messages: 1)).Kind);
        Assert.Equal(3, _silo.Calls);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1_001, 1, " 1001 readings; send at most 1000 in one.")]
    [InlineData(900, 5_000, " bytes; send at most 4194304 in one.")]
    public async Task Message_that_no_silo_would_take_is_named_and_not_sent(int readings, int length, string fault)
    {
        using var client = Client();
        var seen = 0;
        _silo.Readings = async (messages, answer) =>
        {
            while (await messages.MoveNext(Cancellation))
            {
                seen = Math.Max(seen, messages.Current.Readings.Count);
                await answer(new());
            }
        };
        var large = new SendReadingsRequest
        {
            Readings = { Enumerable.Range(0, readings).Select(number => new NewReading { Sensor = "sensors/meter", Word = new('x', length), Boot = 1, Sequence = number }) },
        };

        var refused = await Assert.ThrowsAsync<ArgumentException>(async () =>
            await client.SendReadings(Messages(1).Append(large), Cancellation).ToListAsync(Cancellation));

        Assert.StartsWith("Message 2 has ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith(fault, refused.Message, StringComparison.Ordinal);
        Assert.InRange(seen, 0, 1);
    }

    private static RpcException Exhausted(string? reason) => reason is null ? Status(StatusCode.ResourceExhausted)
        : ApiErrors.Of(StatusCode.ResourceExhausted, reason, "as the test wants");

    private static async IAsyncEnumerable<SendReadingsRequest> Messages(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            await Task.Yield();
            yield return new() { Readings = { new NewReading { Sensor = "sensors/meter", Value = number } } };
        }
    }

    [Theory]
    [InlineData("ftp://somewhere", "is not an address")]
    [InlineData("relative", "is not an address")]
    [InlineData("http://far.example:5081", "use https")]
    public void Option_that_makes_no_sense_is_named(string address, string fault)
    {
        var options = Options(new Uri(address, UriKind.RelativeOrAbsolute)) with { Credential = _ => new("key") };

        Assert.Contains(fault, Assert.Throws<ArgumentException>(() => new CityTwinClient(options)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CityTwinClient(Options()));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(Options(_silo.Address, new("https://127.0.0.1"))));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(Options(_silo.Address) with { AttemptsMax = 0 }));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(Options(_silo.Address) with { Deadline = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new CityTwinClient(Options(_silo.Address) with { LongestPause = TimeSpan.Zero }));
    }

    private static async Task<List<WatchZonesResponse>> Watch(CityTwinClient client, int messages, string from = "")
    {
        var seen = new List<WatchZonesResponse>();
        await foreach (var message in client.WatchZones(new() { ResumeToken = from }, Cancellation))
        {
            seen.Add(message);
            if (seen.Count == messages)
            {
                break;
            }
        }

        return seen;
    }

    private static RpcException Status(StatusCode code) => new(new(code, "as the test wants"));

    private static CityTwinClientOptions Options(params Uri[] addresses) => new()
    {
        Addresses = addresses,
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(20),
    };

    private CityTwinClient Client(params Uri[] addresses) => new(Options(addresses is [] ? [_silo.Address] : addresses));
}
