namespace CityTwin.Storage.Sqlite;

/// <summary>
/// What the silos of one process share about one database file: the highest known sequence, who waits for a higher one,
/// and the turn to write (waiting in line costs nothing, while SQLite's own busy handler sleeps and is unfair).
/// </summary>
internal sealed class SharedLog : IDisposable
{
    private static readonly Dictionary<string, SharedLog> ByPath = new(StringComparer.Ordinal);

    private readonly string _path;
    private int _users;
    private long _head;
    private TaskCompletionSource _advanced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SharedLog(string path) => _path = path;

    /// <summary>Held by whoever writes to the file from this process.</summary>
    public Lock WriteTurn { get; } = new();

    /// <summary>The highest sequence known to be committed.</summary>
    public long Head => Volatile.Read(ref _head);

    /// <summary>Completes at the next <see cref="Advance"/>. Take it before looking at <see cref="Head"/>, or news may be missed.</summary>
    public Task Advanced => Volatile.Read(ref _advanced).Task;

    public static SharedLog Of(string path)
    {
        lock (ByPath)
        {
            if (!ByPath.TryGetValue(path, out var shared))
            {
                ByPath.Add(path, shared = new SharedLog(path));
            }

            shared._users++;
            return shared;
        }
    }

    /// <summary>Tells that everything up to <paramref name="head"/> is committed. Lower values are old news.</summary>
    public void Advance(long head)
    {
        lock (ByPath)
        {
            if (head <= _head)
            {
                return;
            }

            Volatile.Write(ref _head, head);
        }

        Interlocked.Exchange(ref _advanced, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>One user less; the last one forgets the path.</summary>
    public void Dispose()
    {
        lock (ByPath)
        {
            if (--_users == 0)
            {
                ByPath.Remove(_path);
            }
        }
    }
}
