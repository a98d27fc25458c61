using CityTwin.Grains.Storing;
using CityTwin.Storage.Committing;
using CityTwin.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;

namespace CityTwin.Storage.Writer;

/// <summary>Something to kill: writers that count, each in a row of its own, and say what was acknowledged.</summary>
internal static class NumberedWrites
{
    public static async Task<int> Run(string folder, int writers)
    {
        using var database = SqliteDatabase.Open(new SqliteOptions { DataPath = folder, ChangesKeptMax = 100_000_000 });
        await using var committer = new GroupCommitter(
            database.Options, () => new SqliteGroupWriter(database, TimeProvider.System), TimeProvider.System, null, NullLogger<GroupCommitter>.Instance);
        committer.Start();
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => Count(committer, $"s:{writer}", output))));
        return 0;
    }

    private static async Task Count(GroupCommitter committer, string key, TextWriter output)
    {
        for (var number = 1; ; number++)
        {
            var bytes = BitConverter.GetBytes(number);
            await committer.Save(new PendingSave(
                StoredKey.Of("numbered", GrainId.Create("numbered", key), "city"),
                number == 1 ? null : number - 1,
                bytes,
                [new PublishedChange("number", key, bytes)]));
            await output.WriteLineAsync($"{key} {number}");
        }
    }
}
