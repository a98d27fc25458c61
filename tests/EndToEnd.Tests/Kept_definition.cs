using CityTwin.Import;
using CityTwin.Import.Sample;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>How a silo keeps the definition of its city.</summary>
public sealed class Kept_definition
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_packed_and_one_that_an_earlier_release_kept_as_it_was_is_read_too()
    {
        var bundle = CityWriter.Write(CityReader.Open(SampleCity.Folder).City!).ToBundle();
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        var levels = await silo.Levels(Cancellation);
        await silo.Stop(Cancellation);

        var packed = await Replace(silo.Database, bundle);
        await silo.Run(Cancellation);

        Assert.True(packed.Length * 5 < bundle.Length, $"{packed.Length} bytes were kept of {bundle.Length}.");
        Assert.Equal(levels, await silo.Levels(Cancellation));
    }

    /// <returns>What was kept before.</returns>
    private static async Task<byte[]> Replace(string file, byte[] definition)
    {
        await using var database = new SqliteConnection($"Data Source={file};Pooling=false");
        await database.OpenAsync(Cancellation);
        await using var read = database.CreateCommand();
        read.CommandText = "select definition from definitions";
        var before = (byte[])(await read.ExecuteScalarAsync(Cancellation))!;
        await using var write = database.CreateCommand();
        write.CommandText = "update definitions set definition = @definition";
        write.Parameters.AddWithValue("@definition", definition);
        Assert.Equal(1, await write.ExecuteNonQueryAsync(Cancellation));
        return before;
    }
}
