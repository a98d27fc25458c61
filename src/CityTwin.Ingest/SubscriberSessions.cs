namespace CityTwin.Ingest;

/// <summary>
/// Which sessions the embedded broker need not keep any longer. The library keeps them, and what it queues in them, for
/// ever; so we count how long each client has been away, and how much each has missed, and say whose session to drop.
/// Safe for any thread.
/// </summary>
/// <param name="keptMax">A session is kept no longer than this, whatever its client asks for.</param>
/// <param name="absentMax">With more clients away, the session that ends first is dropped.</param>
/// <param name="missedMax">A client that has missed more messages than this is cut off, and its session dropped.</param>
internal sealed class SubscriberSessions(TimeSpan keptMax, int absentMax, int missedMax, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>A client is let in.</summary>
    /// <param name="asked">How long it wants its session to be kept when it leaves.</param>
    /// <param name="holder">Of the credential that it showed. A session has the rights of who began it, and its subscriptions, so nobody else goes on with it.</param>
    /// <returns>False when the session it had must be dropped first.</returns>
    public bool Enter(string client, TimeSpan asked, object? holder = null)
    {
        lock (_lock)
        {
            var isOver = _sessions.TryGetValue(client, out var before) && (before.Until <= time.GetUtcNow() || !ReferenceEquals(before.Holder, holder));
            _sessions[client] = new(Kept(asked), null, 0, holder);
            return !isOver;
        }
    }

    /// <summary>A client has gone.</summary>
    /// <param name="asked">As with <see cref="Enter"/>, when it said so on leaving.</param>
    /// <returns>Whose session must be dropped to make room; null = nobody's.</returns>
    public string? Leave(string client, TimeSpan? asked)
    {
        lock (_lock)
        {
            var kept = asked is { } last ? Kept(last) : _sessions.TryGetValue(client, out var session) ? session.Kept : keptMax;
            if (kept == TimeSpan.Zero)
            {
                // The library drops it by itself.
                _sessions.Remove(client);
                return null;
            }

            _sessions[client] = new(kept, time.GetUtcNow() + kept, 0, _sessions.GetValueOrDefault(client).Holder);
            var absent = _sessions.Where(other => other.Value.Until is not null).ToList();
            return absent.Count > absentMax ? Forget(absent.MinBy(other => other.Value.Until).Key) : null;
        }
    }

    /// <summary>A message to this client was dropped because too many waited for it.</summary>
    /// <returns>True when it is to be cut off now.</returns>
    public bool Miss(string client)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(client, out var session))
            {
                return false;
            }

            _sessions[client] = session with { Missed = session.Missed + 1 };
            return session.Missed == missedMax;
        }
    }

    /// <summary>Those whose sessions are over; each is named once.</summary>
    public IReadOnlyList<string> TakeOver()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            return [.. _sessions.Where(session => session.Value.Until <= now).Select(session => session.Key).ToList().Select(Forget)];
        }
    }

    /// <summary>Whether the client is here, so that nobody drops the session of one who has just come back.</summary>
    public bool IsHere(string client)
    {
        lock (_lock)
        {
            return _sessions.TryGetValue(client, out var session) && session.Until is null;
        }
    }

    private TimeSpan Kept(TimeSpan asked) => asked < keptMax ? asked : keptMax;

    private string Forget(string client)
    {
        _sessions.Remove(client);
        return client;
    }

    /// <param name="Until">When it ends; null while its client is here.</param>
    private readonly record struct Session(TimeSpan Kept, DateTimeOffset? Until, int Missed, object? Holder);
}
