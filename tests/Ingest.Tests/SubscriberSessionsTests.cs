using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class SubscriberSessionsTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Session_is_over_when_its_client_was_away_for_as_long_as_it_asked_and_no_longer_than_is_granted()
    {
        var sessions = Sessions();
        foreach (var (client, asked) in new[] { ("short", TimeSpan.FromMinutes(1)), ("long", TimeSpan.MaxValue), ("none", TimeSpan.Zero), ("here", TimeSpan.MaxValue) })
        {
            Assert.True(sessions.Enter(client, asked));
        }

        Assert.All(["short", "long"], client => Assert.Null(sessions.Leave(client, null)));
        Assert.Null(sessions.Leave("none", null));
        Assert.Empty(sessions.TakeOver());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["short"], sessions.TakeOver());
        _time.Advance(Hour);
        Assert.Equal(["long"], sessions.TakeOver());
        Assert.Empty(sessions.TakeOver());
    }

    [Fact]
    public void Client_that_comes_back_too_late_does_not_get_its_session_though_nobody_has_swept_yet()
    {
        var sessions = Sessions();
        sessions.Enter("one", TimeSpan.MaxValue);
        sessions.Leave("one", null);
        _time.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.True(sessions.Enter("one", TimeSpan.MaxValue));
        sessions.Leave("one", null);
        _time.Advance(Hour);

        Assert.False(sessions.Enter("one", TimeSpan.MaxValue));
        Assert.True(sessions.IsHere("one"));
    }

    [Fact]
    public void Client_may_change_its_mind_on_leaving()
    {
        var sessions = Sessions();
        sessions.Enter("one", TimeSpan.FromSeconds(1));
        sessions.Leave("one", TimeSpan.FromDays(365));
        _time.Advance(Hour - TimeSpan.FromSeconds(1));
        Assert.Empty(sessions.TakeOver());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["one"], sessions.TakeOver());
    }

    [Fact]
    public void Of_too_many_clients_away_the_one_whose_session_ends_first_is_dropped()
    {
        var sessions = Sessions();
        foreach (var client in new[] { "a", "b", "c" })
        {
            sessions.Enter(client, TimeSpan.MaxValue);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(sessions.Leave("b", null));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(sessions.Leave("a", null));
        Assert.Equal("b", sessions.Leave("c", null));
    }

    [Fact]
    public void Client_that_missed_more_than_the_limit_is_cut_off_once_and_begins_anew()
    {
        var sessions = Sessions();
        sessions.Enter("one", TimeSpan.MaxValue);
        Assert.Equal([false, false, false, true, false], Enumerable.Range(0, 5).Select(_ => sessions.Miss("one")));
        sessions.Enter("one", TimeSpan.MaxValue);
        Assert.False(sessions.Miss("one"));
        Assert.False(sessions.Miss("nobody"));
    }

    private SubscriberSessions Sessions() => new(Hour, absentMax: 2, missedMax: 3, _time);
}
