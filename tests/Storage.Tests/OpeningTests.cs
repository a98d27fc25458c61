using CityTwin.Grains.Storing;
using CityTwin.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace CityTwin.Storage.Tests;

public sealed class OpeningTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-opening-").FullName;

    private SqliteOptions Options => new() { DataPath = _folder };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_in_one_line()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");
        Refused(new SqliteOptions { DataPath = Path.Combine(file, "data") }, "The data folder");
    }

    [Fact]
    public void A_database_that_cannot_be_opened_is_told_in_one_line()
    {
        Directory.CreateDirectory(Options.FilePath);
        Refused(Options, "cannot be opened for writing");
    }

    [Fact]
    public void A_file_of_something_else_is_told_in_one_line()
    {
        File.WriteAllBytes(Options.FilePath, [.. Enumerable.Range(0, 20_000).Select(n => (byte)(n % 251))]);
        Refused(Options, "is damaged");
    }

    [Fact]
    public void A_truncated_file_is_told_in_one_line()
    {
        SqliteDatabase.Open(Options).Dispose();
        using (var file = File.OpenWrite(Options.FilePath))
        {
            file.SetLength(file.Length / 2);
        }

        Refused(Options, "is damaged");
    }

    [Fact]
    public void The_database_of_another_program_is_left_alone()
    {
        Execute("create table theirs (a)");
        Refused(Options, "is not a CityTwin database");
    }

    [Fact]
    public void The_database_of_a_newer_version_is_left_alone()
    {
        SqliteDatabase.Open(Options).Dispose();
        Execute("pragma user_version = 1000");
        Refused(Options, "made by a newer CityTwin");
    }

    [Fact]
    public async Task Many_may_open_a_new_database_at_once()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => SqliteDatabase.Open(Options))));
        Assert.Single(databases.Select(database => database.Epoch).Distinct());
        Array.ForEach(databases, database => database.Dispose());
    }

    private static void Refused(SqliteOptions options, string why)
    {
        var fault = Assert.Throws<StorageUnusableException>(() => SqliteDatabase.Open(options));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Options.FilePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
