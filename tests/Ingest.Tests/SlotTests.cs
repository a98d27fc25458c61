using CityTwin.Core.Sensing;
using CityTwin.Testing;
using Microsoft.Extensions.Time.Testing;
using MQTTnet;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>Several silos at one real broker. Each has a clock of its own, so that one can stand still while the others go on.</summary>
public sealed class SlotTests : IAsyncLifetime
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private LeaseTable _leases = null!;
    private Mosquitto _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _leases = new(_clock);
        _broker = await Mosquitto.Start(Cancellation);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task What_the_broker_kept_for_a_silo_that_stands_still_is_stored_by_another_in_its_order()
    {
        await using var frozen = await Silo.Start(this, slots: 1);
        await Until(() => frozen.IsConnected, frozen);
        frozen.Door.StoreBy(RecordingDoor.Meter, () => new TaskCompletionSource().Task);
        await using var other = await Silo.Start(this, slots: 1);
        using var client = await IngestHost.Connect(_broker.Port);
        for (var number = 0; number < 20; number++)
        {
            await client.Publish("sensors/meter/reading", $$"""{"value":{{number}},"boot":1,"sequence":{{number}}}""");
        }

        await frozen.Door.Until(door => door.Entered.Count == 20);
        // The clock of the database and of the other goes on; nobody wakes the one that stands still.
        await Until(() => other.Door.Stored.Count == 20, other);

        Assert.Equal(Enumerable.Range(0, 20).Select(number => (long?)number), other.Door.Stored.Cast<Reading>().Select(reading => reading.Sequence));
    }

    [Fact(Timeout = 60_000)]
    public async Task Silo_that_stood_still_does_not_come_back_for_a_session_that_another_has_by_now()
    {
        await using var frozen = await Silo.Start(this, slots: 2);
        await Until(() => frozen.Host.Instruments.SubscribedTotal == 2, frozen);
        await using var other = await Silo.Start(this, slots: 2);
        await Until(() => other.Host.Instruments.SubscribedTotal == 2, other);

        // It wakes with a clock that stood still too: by that, its leases are good. It is left one slot, and takes no other.
        await Until(() => frozen.Host.Instruments.SubscribedTotal > 2, frozen, other);
        var asked = _leases.Asked["city"];
        await Until(() => _leases.Asked["city"] > asked + 5, frozen, other);

        Assert.Equal((3, 2), (frozen.Host.Instruments.SubscribedTotal, other.Host.Instruments.SubscribedTotal));
        Assert.Equal((0, 1), (frozen.Host.Publisher.Election, other.Host.Publisher.Election));
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_is_stored_twice_or_left_out_while_slots_are_shared_out_anew()
    {
        await using var first = await Silo.Start(this, slots: 2);
        await Until(() => first.Host.Instruments.SubscribedTotal == 2, first);
        using var client = await IngestHost.Connect(_broker.Port);
        var (sent, isOver) = (0L, false);
        var sending = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver))
            {
                await client.Publish("sensors/meter/reading", $$"""{"value":1,"boot":1,"sequence":{{sent}}}""");
                sent++;
            }
        }, Cancellation);

        await using var second = await Silo.Start(this, slots: 2);
        await Until(() => second.Host.Instruments.SubscribedTotal == 1 && second.Door.Stored.Count > 10, first, second);
        // It leaves in good order, and the first has all slots again.
        await second.Stop();
        await Until(() => first.Host.Instruments.SubscribedTotal == 3, first);
        Volatile.Write(ref isOver, true);
        await sending;
        await Until(() => first.Door.Stored.Count + second.Door.Stored.Count >= sent, first);

        var stored = first.Door.Stored.Concat(second.Door.Stored).Cast<Reading>().Select(reading => reading.Sequence!.Value).Order();
        Assert.Equal(Enumerable.Range(0, (int)sent).Select(number => (long)number), stored);
    }

    [Fact(Timeout = 60_000)]
    public async Task One_silo_publishes_and_when_it_stands_still_another_does_and_the_broker_cuts_the_first_off()
    {
        await using var first = await Silo.Start(this, slots: 2);
        await Until(() => first.Host.Publisher.Generation == 1, first);
        await using var second = await Silo.Start(this, slots: 2);
        await Until(() => second.Host.Instruments.SubscribedTotal == 1, first, second);
        Assert.Equal((1, 0), (first.Host.Publisher.Election, second.Host.Publisher.Election));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Publish(second));

        await Until(() => second.Host.Publisher.Generation == 1, second);

        Assert.Equal(1, second.Host.Publisher.Election);
        await Publish(second);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Publish(first));
    }

    private static Task Publish(Silo silo) => silo.Host.Publisher.Publish("alerts", "{}"u8.ToArray(), retain: false, Cancellation);

    /// <summary>Lets time go on for the database and some of the silos, until it is so.</summary>
    private async Task Until(Func<bool> holds, params Silo[] awake)
    {
        while (!holds())
        {
            _clock.Advance(Tick);
            foreach (var silo in awake)
            {
                silo.Clock.Advance(Tick);
            }

            await Task.Delay(10, Cancellation);
        }
    }

    private sealed class Silo(IngestHost host, RecordingDoor door, FakeTimeProvider clock) : IAsyncDisposable
    {
        private bool _isStopped;

        public IngestHost Host => host;

        public RecordingDoor Door => door;

        public FakeTimeProvider Clock => clock;

        public bool IsConnected => host.Publisher.Trouble is null;

        public static async Task<Silo> Start(SlotTests test, int slots)
        {
            var (door, clock) = (new RecordingDoor(), new FakeTimeProvider(test._clock.GetUtcNow()));
            var host = await IngestHost.Start(
                door,
                options => options with { External = new() { Host = "127.0.0.1", Port = test._broker.Port, ClientId = "city", SharedBy = "city", Slots = slots } },
                clock,
                leases: test._leases);
            return new(host, door, clock);
        }

        public async Task Stop()
        {
            _isStopped = true;
            await host.DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_isStopped)
            {
                await Stop();
            }
        }
    }
}
