using System.Diagnostics;
using System.Globalization;
using CityTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Tests;

public sealed class KilledWriterTests
{
    private const int Writers = 16;

    /// <summary>Each round kills the writer at another number of acknowledged writes; the file goes on from round to round.</summary>
    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(2_500)]
    public async Task Every_acknowledged_write_of_a_killed_process_is_there(int acknowledgedBefore)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-killed-").FullName;
        try
        {
            var acknowledged = await RunAndKill(folder, acknowledgedBefore, TestContext.Current.CancellationToken);
            await using var storage = TestStorage.Over(SqliteTestDatabase.Open(options => options with { ChangesKeptMax = 100_000_000 }, folder));
            var stored = Numbers(((SqliteTestDatabase)storage.Database).Database);
            Assert.All(acknowledged, last => Assert.InRange(stored[last.Key], last.Value, last.Value + 1));
            var rows = await storage.ReadAll();
            Assert.Equal(Enumerable.Range(1, rows.Length).Select(n => (long)n), rows.Select(row => row.Seq));
            Assert.Equal(
                stored.OrderBy(number => number.Key),
                rows.GroupBy(row => row.Key).Select(key => KeyValuePair.Create(key.Key, BitConverter.ToInt32(key.Last().Published!.Value.Span))).OrderBy(number => number.Key));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Dictionary<string, int>> RunAndKill(string folder, int acknowledgedBefore, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "exec", Path.Combine(AppContext.BaseDirectory, "CityTwin.Storage.Writer.dll"), "number", folder, $"{Writers}" })
        {
            start.ArgumentList.Add(argument);
        }

        var acknowledged = new Dictionary<string, int>();
        using var writer = Process.Start(start)!;
        try
        {
            for (var lines = 1; await writer.StandardOutput.ReadLineAsync(cancellation) is { } line; lines++)
            {
                if (lines == acknowledgedBefore)
                {
                    writer.Kill();
                }

                // The last line may have been cut off by the kill.
                if (line.Split(' ') is [var key, var number] && int.TryParse(number, CultureInfo.InvariantCulture, out var value) && value > acknowledged.GetValueOrDefault(key))
                {
                    acknowledged[key] = value;
                }
            }

            await writer.WaitForExitAsync(cancellation);
            Assert.NotEmpty(acknowledged);
            return acknowledged;
        }
        finally
        {
            writer.Kill();
        }
    }

    private static Dictionary<string, int> Numbers(SqliteDatabase database)
    {
        using var connection = database.OpenReader();
        using var command = connection.CreateCommand();
        command.CommandText = "select GrainIdExtensionString, PayloadBinary, Version from OrleansStorage";
        using var reader = command.ExecuteReader();
        var numbers = new Dictionary<string, int>();
        while (reader.Read())
        {
            var number = BitConverter.ToInt32(reader.GetFieldValue<byte[]>(1));
            Assert.Equal(reader.GetInt32(2), number);
            numbers.Add(reader.GetString(0), number);
        }

        return numbers;
    }
}
