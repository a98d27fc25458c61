using Microsoft.Data.Sqlite;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>A silo whose database is destroyed while it runs.</summary>
public sealed class Broken_storage
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ends_the_silo_with_a_code_that_a_supervisor_understands_and_one_line_that_says_why()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(silo.DataFolder, "citytwin.db")};Pooling=false"))
        {
            await database.OpenAsync(Cancellation);
            await using var command = database.CreateCommand();
            command.CommandText = "drop table changes";
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        using var unanswered = await silo.Http.PostAsync(
            "v1/segments/substation-north:fail",
            new StringContent("""{"principal":"test","reason":"drill"}""", System.Text.Encoding.UTF8, "application/json"),
            Cancellation);

        Assert.Equal(1, await silo.Ended(Cancellation));
        Assert.Single(silo.Said().Split('\n'), line => line.StartsWith("citytwin-silo: the storage has broken down", StringComparison.Ordinal));
    }
}
