using System.Security.Cryptography;
using CityTwin.Api.Ingesting;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

public sealed class Readings_by_stream : IAsyncLifetime
{
    private readonly ApiServer _server = new() { StreamsMax = 2 };
    private string _gateway = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _gateway = _server.Give("gateway", Roles.Device);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Messages_are_answered_in_their_order_once_each_is_stored()
    {
        var first = new TaskCompletionSource();
        _server.Readings.Storing = message => message[0].Sequence == 1 ? first.Task : Task.CompletedTask;
        using var call = Open(_gateway);
        await call.RequestStream.WriteAsync(Message(1), Cancellation);
        await call.RequestStream.WriteAsync(Message(2), Cancellation);
        await call.RequestStream.CompleteAsync();
        await _server.Readings.UntilBegun(2);

        var answer = call.ResponseStream.MoveNext(Cancellation);
        Assert.False(answer.IsCompleted);
        first.SetResult();

        Assert.True(await answer);
        Assert.Equal((1, 1), (call.ResponseStream.Current.MessageNumber, call.ResponseStream.Current.Stored));
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal((2, 1), (call.ResponseStream.Current.MessageNumber, call.ResponseStream.Current.Stored));
        Assert.False(await call.ResponseStream.MoveNext(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_said_arrives_as_it_is_said()
    {
        using var call = Open(_gateway);
        await call.RequestStream.WriteAsync(
            new()
            {
                Readings =
                {
                    new NewReading { Sensor = "sensors/meter", Value = 0, Unit = "V", ObserveTime = new() { Seconds = 60, Nanos = 5_000_000 }, Boot = 0, Sequence = 7 },
                    new NewReading { Sensor = "meter", Word = "open" },
                    new NewReading { Sensor = "sensors/meter", ObserveTime = new() { Seconds = long.MaxValue } },
                },
            },
            Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        Assert.Equal(
            [
                new SentReading(new("meter"), ReadingValue.Of(0), "V", DateTimeOffset.UnixEpoch.AddSeconds(60).AddMilliseconds(5), 0, 7),
                new SentReading(new("meter"), ReadingValue.Of("open"), null, null, null, null),
                new SentReading(new("meter"), null, null, DateTimeOffset.MaxValue, null, null),
            ],
            _server.Readings.Begun.Single());
    }

    [Fact(Timeout = 60_000)]
    public async Task Bad_reading_is_named_with_its_place_and_ends_nothing()
    {
        _server.Readings.Refusing = reading => reading.Sequence == 2 ? new ReadingRefusal("WrongUnit", "Send none.") : null;
        using var call = Open(_gateway);
        await call.RequestStream.WriteAsync(Message(1, 2, 3), Cancellation);
        await call.RequestStream.WriteAsync(Message(4), Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var refused = Assert.Single(call.ResponseStream.Current.Refused);
        Assert.Equal((2, 1, "WrongUnit", "Send none."), (call.ResponseStream.Current.Stored, refused.Index, refused.Code, refused.Text));
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal((1, 0), (call.ResponseStream.Current.Stored, call.ResponseStream.Current.Refused.Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task Device_speaks_for_itself_alone_and_a_refusal_is_entered()
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), "meter-0",
            [new(Roles.Device, ZoneScope.Everything)]);
        _server.Keys.Add(kept with { Sensor = new SensorId("breaker") });
        using var call = Open(key);
        var message = Message(1);
        message.Readings.Add(new NewReading { Sensor = "sensors/breaker", Word = "open" });
        await call.RequestStream.WriteAsync(message, Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var refused = Assert.Single(call.ResponseStream.Current.Refused);
        Assert.Equal((1, 0, "OutOfScope"), (call.ResponseStream.Current.Stored, refused.Index, refused.Code));
        Assert.Equal(["breaker"], _server.Readings.Begun.Single().Select(reading => reading.Sensor.Value));
        Assert.Contains(_server.Audit.Entries, entry =>
            (entry.Who, entry.Kind, entry.On, entry.Status) == ("meter-0", AuditKind.Refusal, "sensors/meter", "PERMISSION_DENIED"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Sender_in_one_zone_is_refused_sensors_of_another()
    {
        using var call = Open(_server.Give("clinic", Roles.Device, ZoneScope.Of(new ZoneId("hospital"))));
        await call.RequestStream.WriteAsync(new() { Readings = { new NewReading { Sensor = "sensors/breaker", Word = "open" } } }, Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal("OutOfScope", Assert.Single(call.ResponseStream.Current.Refused).Code);
        Assert.Empty(_server.Readings.Begun.Single());
    }

    [Fact(Timeout = 60_000)]
    public async Task Too_long_a_message_ends_the_stream_after_those_before_it_are_answered()
    {
        using var call = Open(_gateway);
        await call.RequestStream.WriteAsync(Message(1), Cancellation);
        await call.RequestStream.WriteAsync(Message([.. Enumerable.Range(2, 1001)]), Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Contains("Message 2 has 1001 readings; send at most 1000", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Single(_server.Readings.Begun);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_stored_is_not_answered_and_ends_the_stream()
    {
        _server.Readings.Storing = message => message[0].Sequence == 2 ? Task.FromException(new TimeoutException()) : Task.CompletedTask;
        using var call = Open(_gateway);
        await call.RequestStream.WriteAsync(Message(1), Cancellation);
        await call.RequestStream.WriteAsync(Message(2), Cancellation);
        await call.RequestStream.WriteAsync(Message(3), Cancellation);

        Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(1, call.ResponseStream.Current.MessageNumber);
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.DeadlineExceeded, ended.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sender_waits_while_sixteen_messages_are_unanswered()
    {
        var room = new SemaphoreSlim(0);
        var (unanswered, most) = (0, 0);
        _server.Readings.Storing = async _ =>
        {
            lock (room)
            {
                most = Math.Max(most, ++unanswered);
            }

            await room.WaitAsync(Cancellation);
            lock (room)
            {
                unanswered--;
            }
        };
        using var call = Open(_gateway);
        var sending = Task.Run(
            async () =>
            {
                for (var number = 1; number <= 100; number++)
                {
                    await call.RequestStream.WriteAsync(Message(number), Cancellation);
                }

                await call.RequestStream.CompleteAsync();
            },
            Cancellation);
        for (var number = 1; number <= 100; number++)
        {
            await _server.Readings.UntilBegun(Math.Min(100, number + 15));
            room.Release();
            Assert.True(await call.ResponseStream.MoveNext(Cancellation));
        }

        await sending;
        Assert.Equal(16, most);
    }

    [Fact(Timeout = 60_000)]
    public async Task Stream_that_is_cancelled_leaves_its_place_to_another()
    {
        var never = new TaskCompletionSource();
        _server.Readings.Storing = _ => never.Task;
        using var other = Open(_gateway);
        await other.RequestStream.WriteAsync(Message(1), Cancellation);
        for (var stream = 1; stream <= 20; stream++)
        {
            var begun = _server.Readings.UntilBegun(stream + 1);
            while (!begun.IsCompleted)
            {
                // Refused while the server has not noticed yet that the one before has left.
                using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
                using var call = Open(_gateway, cancelled.Token);
                var answer = call.ResponseStream.MoveNext(Cancellation);
                var sent = call.RequestStream.WriteAsync(Message(stream), Cancellation);
                await Task.WhenAny(begun, answer);
                await cancelled.CancelAsync();
                await Task.WhenAll(answer, sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }

        never.SetResult();
        Assert.True(await other.ResponseStream.MoveNext(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_streams_do_not_wait_for_each_other()
    {
        var slow = new TaskCompletionSource();
        _server.Readings.Storing = message => message[0].Sequence == 1 ? slow.Task : Task.CompletedTask;
        using var one = Open(_gateway);
        using var two = Open(_gateway);
        await one.RequestStream.WriteAsync(Message(1), Cancellation);
        await _server.Readings.UntilBegun(1);
        await two.RequestStream.WriteAsync(Message(2), Cancellation);

        Assert.True(await two.ResponseStream.MoveNext(Cancellation));
        slow.SetResult();
        Assert.True(await one.ResponseStream.MoveNext(Cancellation));
    }

    [Fact(Timeout = 60_000)]
    public async Task Stream_ends_when_its_key_is_revoked()
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), "short", [new(Roles.Device, ZoneScope.Everything)]);
        _server.Keys.Replace([kept]);
        using var call = Open(key);
        await call.RequestStream.WriteAsync(Message(1), Cancellation);
        Assert.True(await call.ResponseStream.MoveNext(Cancellation));

        _server.Keys.Replace([kept with { IsRevoked = true }]);

        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancellation));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Stream_whose_key_is_revoked_while_it_answers_ends_for_that_reason()
    {
        var (key, kept) = ApiKey.Make(
            RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), "short", [new(Roles.Device, ZoneScope.Everything)]);
        _server.Keys.Replace([kept]);
        // So long an answer that no buffer on its way holds it: it is under way from its head until the caller reads on.
        _server.Readings.Refusing = _ => new("Long", new string('x', 5_000));
        using var call = Open(key);
        await call.RequestStream.WriteAsync(Message([.. Enumerable.Range(1, 100)]), Cancellation);
        await call.ResponseHeadersAsync.WaitAsync(Cancellation);

        _server.Keys.Replace([kept with { IsRevoked = true }]);

        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(Cancellation))
            {
            }
        });
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    private AsyncDuplexStreamingCall<SendReadingsRequest, SendReadingsResponse> Open(string key, CancellationToken? cancellation = null) =>
        new CityTwin.Protocol.V1.IngestService.IngestServiceClient(_server.ChannelFor(key)).SendReadings(cancellationToken: cancellation ?? Cancellation);

    private static SendReadingsRequest Message(params int[] sequences) => new()
    {
        Readings = { sequences.Select(sequence => new NewReading { Sensor = "sensors/meter", Value = sequence, Boot = 1, Sequence = sequence }) },
    };
}
