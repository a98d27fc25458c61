using System.Globalization;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Archiving;
using CityTwin.Storage.Postgres;
using CityTwin.Storage.Sqlite;

namespace CityTwin.Silo;

/// <summary>The city to and from one file, whichever database holds it: <c>--backup</c> and <c>--restore</c>.</summary>
internal static class Archives
{
    /// <summary>Copies the city into a file, while silos may be running.</summary>
    /// <param name="folder">Where the city is, without PostgreSQL.</param>
    /// <exception cref="StartRefusedException">It cannot be done.</exception>
    /// <exception cref="StorageUnusableException">It cannot be done.</exception>
    public static Task Backup(string file, string folder, Func<string, string?> environment, CancellationToken cancellation) => Unless(() =>
    {
        var now = TimeProvider.System.GetUtcNow();
        Say($"Backed up to '{file}'", ClusterSettings.ConnectionStringOf(environment) is { } connection
            ? PostgresArchive.Backup(new() { ConnectionString = connection }, file, now, cancellation)
            : SqliteArchive.Backup(new() { DataPath = folder }, file, now, cancellation));
    }, cancellation);

    /// <summary>Puts an archived city where there is none.</summary>
    /// <param name="folder">Where the city shall be, without PostgreSQL.</param>
    /// <exception cref="StartRefusedException">It cannot be done.</exception>
    /// <exception cref="StorageUnusableException">It cannot be done.</exception>
    public static Task Restore(string file, string folder, Func<string, string?> environment, CancellationToken cancellation) => Unless(() =>
    {
        if (ClusterSettings.ConnectionStringOf(environment) is { } connection)
        {
            Say($"Restored from '{file}'", PostgresArchive.Restore(new() { ConnectionString = connection }, file, cancellation));
            return;
        }

        using var occupied = DataFolder.Occupy(folder);
        Say($"Restored from '{file}' to '{folder}'", SqliteArchive.Restore(new() { DataPath = folder }, file, cancellation));
    }, cancellation);

    /// <summary>Whoever presses Ctrl+C meanwhile is told what has come of it.</summary>
    private static async Task Unless(Action work, CancellationToken cancellation)
    {
        try
        {
            await Task.Run(work, cancellation);
        }
        catch (OperationCanceledException)
        {
            throw new StartRefusedException("stopped before it was done; nothing has changed.");
        }
    }

    private static void Say(string what, ArchiveLabel label) => System.Console.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{what}: {label.Rows.Values.Sum():N0} rows of schema version {label.Schema}, as of {label.At:u}; {label.Bytes:N0} bytes, SHA-256 {label.Sha256}."));
}
