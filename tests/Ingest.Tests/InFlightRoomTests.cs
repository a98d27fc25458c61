using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class InFlightRoomTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Room_is_bounded_by_what_messages_may_hold_and_given_in_the_order_of_asking()
    {
        var room = new InFlightRoom(placesMax: 3);
        Assert.True(room.Enter(InFlightRoom.PlaceBytes, Cancellation).IsCompletedSuccessfully);
        Assert.True(room.Enter(40, Cancellation).IsCompletedSuccessfully);
        var large = room.Enter(InFlightRoom.PlaceBytes, Cancellation);
        var small = room.Enter(1, Cancellation);

        room.Leave(40);
        Assert.Equal((false, false), (large.IsCompleted, small.IsCompleted));
        room.Leave(InFlightRoom.PlaceBytes);
        await large;
        await small;

        var fourth = room.Enter(1, Cancellation);
        Assert.False(fourth.IsCompleted);
        room.Leave(1);
        await fourth;
    }

    [Fact]
    public async Task Message_larger_than_all_room_is_let_in_alone()
    {
        var room = new InFlightRoom(placesMax: 3);
        Assert.True(room.Enter(100 * InFlightRoom.PlaceBytes, Cancellation).IsCompletedSuccessfully);
        var next = room.Enter(1, Cancellation);
        Assert.False(next.IsCompleted);
        room.Leave(100 * InFlightRoom.PlaceBytes);
        await next;
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_takes_no_room()
    {
        var waiting = 0;
        var room = new InFlightRoom(placesMax: 1, change => Interlocked.Add(ref waiting, change));
        using var giveUp = new CancellationTokenSource();
        await room.Enter(1, Cancellation);
        var given = room.Enter(1, giveUp.Token);
        var next = room.Enter(1, Cancellation);
        Assert.Equal(2, waiting);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(1, waiting);

        room.Leave(1);
        await next;
        Assert.Equal(0, waiting);
        room.Leave(1);
        Assert.True(room.Enter(100, Cancellation).IsCompletedSuccessfully);
    }
}
