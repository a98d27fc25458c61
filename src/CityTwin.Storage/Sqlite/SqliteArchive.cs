using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using CityTwin.Storage.Archiving;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace CityTwin.Storage.Sqlite;

/// <summary>A city in a data folder to and from one file. The contents are a database of SQLite, as of one commit.</summary>
public static class SqliteArchive
{
    /// <summary>Copies the city while a silo may be running on it.</summary>
    /// <param name="file">The archive to write; it may not exist yet.</param>
    /// <param name="at">Now.</param>
    /// <exception cref="StorageUnusableException">It cannot be done; the message is one line that says why.</exception>
    public static ArchiveLabel Backup(SqliteOptions options, string file, DateTimeOffset at, CancellationToken cancellation)
    {
        options.Validate();
        if (!File.Exists(options.FilePath))
        {
            throw new StorageUnusableException($"There is no city in the data folder '{options.DataPath}'; name its folder with --data.");
        }

        return ArchiveFile.Write(file, ArchiveKind.Sqlite, at, part =>
        {
            try
            {
                using (var source = SqliteDatabase.Connect(options.FilePath, options.BusyTimeout))
                {
                    SqliteDatabase.RequireKnown(source, options.FilePath);
                    using var stop = cancellation.Register(() => raw.sqlite3_interrupt(source.Handle));
                    // Not SQLite's online backup, which starts over whenever another process has written.
                    using var copy = source.CreateCommand();
                    copy.CommandText = "vacuum into @part";
                    copy.Parameters.AddWithValue("@part", part);
                    copy.CommandTimeout = 0;
                    copy.ExecuteNonQuery();
                }

                using var copied = SqliteDatabase.Connect(part, options.BusyTimeout);
                return new((int)SqliteDatabase.Scalar(copied, "pragma user_version"), RowsOf(copied));
            }
            catch (SqliteException fault)
            {
                cancellation.ThrowIfCancellationRequested();
                throw new StorageUnusableException($"The city in {options.FilePath} was not backed up to '{file}': {SqliteDatabase.OneLine(fault)}", fault);
            }
        });
    }

    /// <summary>Puts an archived city into a data folder that holds none, under another epoch. No silo may run on the folder.</summary>
    /// <exception cref="StorageUnusableException">It cannot be done, and the folder is as it was; the message is one line that says why.</exception>
    public static ArchiveLabel Restore(SqliteOptions options, string file, CancellationToken cancellation)
    {
        options.Validate();
        var name = Path.GetFileName(options.FilePath);
        var restoring = $"{options.FilePath}.restoring";
        try
        {
            Directory.CreateDirectory(options.DataPath);
            // An old journal beside it would be replayed into the restored file.
            File.Delete(restoring);
            File.Delete($"{restoring}-journal");
            if (Directory.EnumerateFileSystemEntries(options.DataPath, $"{name}*").FirstOrDefault() is { } found)
            {
                throw new StorageUnusableException($"The data folder is not empty: there is '{found}'. Restore into another folder, with --data.");
            }

            var label = ArchiveFile.Verify(file, ArchiveKind.Sqlite, SqliteDatabase.NewestVersion, cancellation);
            CopyOut(file, label, restoring, cancellation);
            BeginAnew(restoring, label, options);
            File.Move(restoring, options.FilePath, overwrite: false);
            return label;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or SqliteException)
        {
            throw new StorageUnusableException($"The archive '{file}' was not restored to '{options.DataPath}': {SqliteDatabase.OneLine(fault)}", fault);
        }
        finally
        {
            File.Delete(restoring);
        }
    }

    private static void CopyOut(string file, ArchiveLabel label, string restoring, CancellationToken cancellation)
    {
        using var from = File.OpenRead(file);
        using var to = new FileStream(restoring, FileMode.CreateNew, FileAccess.Write);
        ArchiveFile.Copy(from, to, label.Bytes, cancellation);
    }

    /// <summary>The log is another one from here on, so that whoever saw what the archive does not hold notices.</summary>
    private static void BeginAnew(string restoring, ArchiveLabel label, SqliteOptions options)
    {
        using var connection = SqliteDatabase.Connect(restoring, options.BusyTimeout);
        if (!SqliteDatabase.Made(connection).SetEquals(SqliteDatabase.Made(label.Schema)))
        {
            // A trigger would run with our first statement, and a table's name can be one.
            throw new IOException("It holds something else than the tables of its schema.");
        }

        // The transaction makes the whole file durable, for which no journal may be left out.
        SqliteDatabase.Run(connection, "pragma journal_mode = delete; pragma synchronous = full; update change_head set epoch = lower(hex(randomblob(16)))");
        var rows = RowsOf(connection);
        if (!rows.SequenceEqual(label.Rows))
        {
            throw new IOException($"It does not hold the rows that its label says.");
        }
    }

    private static ImmutableSortedDictionary<string, long> RowsOf(SqliteConnection connection)
    {
        using var tables = connection.CreateCommand();
        tables.CommandText = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'";
        using var reader = tables.ExecuteReader();
        var rows = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        while (reader.Read())
        {
            var table = reader.GetString(0);
            rows.Add(table, SqliteDatabase.Scalar(connection, $"select count(*) from \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        }

        return rows.ToImmutable();
    }
}
