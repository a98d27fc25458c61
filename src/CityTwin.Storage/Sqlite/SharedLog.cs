using CityTwin.Storage.Committing;

namespace CityTwin.Storage.Sqlite;

/// <summary>
/// What the silos of one process share about one database file: the highest known sequence, and the turn to write
/// (waiting in line costs nothing, while SQLite's own busy handler sleeps and is unfair).
/// </summary>
internal sealed class SharedLog : IDisposable
{
    private static readonly Dictionary<string, SharedLog> ByPath = new(StringComparer.Ordinal);

    private readonly string _path;
    private int _users;

    private SharedLog(string path) => _path = path;

    /// <summary>Held by whoever writes to the file from this process.</summary>
    public Lock WriteTurn { get; } = new();

    public KnownHead Head { get; } = new();

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
