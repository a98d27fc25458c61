using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityTwin.Cli;
using Xunit;

namespace CityTwin.Import.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("citytwin-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Validate_of_a_good_city_tells_its_hash_and_succeeds()
    {
        var (code, output, error) = await Run("validate", Write("good", SmallCity.Folder));

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains("valid, 0 errors, 0 warnings", output, StringComparison.Ordinal);
        Assert.Contains(SmallCity.City.Hash.Value, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_tells_errors_before_warnings_and_fails()
    {
        var bad = SmallCity.Folder
            .Edit(EditedCity.Dependencies, node => node["networks"]!["lonely"] = JsonNode.Parse("""{"service": "power"}"""))
            .Set(EditedCity.Zones, "site", "peopleByDay", -1);

        var (code, output, _) = await Run("validate", Write("bad", bad));

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ExitCode.Faults, code);
        Assert.StartsWith("error out-of-range zones.geojson $.features[1].properties.peopleByDay [site]: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("warning network-without-source dependencies.json $.networks.lonely [lonely]: ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("not valid, 1 error, 1 warning", lines[2].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_as_json_can_be_read_by_a_program()
    {
        var (code, output, _) = await Run("validate", Write("bad", SmallCity.Folder.Without(EditedCity.Zones)), "--json");

        using var json = JsonDocument.Parse(output);
        var fault = json.RootElement.GetProperty("faults")[0];
        Assert.Equal(ExitCode.Faults, code);
        Assert.False(json.RootElement.GetProperty("valid").GetBoolean());
        Assert.Equal(("error", "missing-file", "zones.geojson"),
            (fault.GetProperty("severity").GetString(), fault.GetProperty("code").GetString(), fault.GetProperty("file").GetString()));
    }

    [Fact]
    public async Task Diff_of_two_cities_tells_what_changed()
    {
        var before = Write("before", SmallCity.Folder);
        var after = Write("after", SmallCity.Folder.Set(EditedCity.Zones, "site", "peopleByDay", 31));

        var same = await Run("diff", before, before);
        var different = await Run("diff", before, after);

        Assert.Equal((ExitCode.Ok, ExitCode.Faults), (same.Code, different.Code));
        Assert.Matches("changed +zone +site +peopleByDay", different.Output);
    }

    [Fact]
    public async Task Diff_of_a_broken_city_says_so_in_one_line_after_its_errors()
    {
        var (code, _, error) = await Run("diff", Write("good", SmallCity.Folder), Path.Combine(_directory.FullName, "nothing"));

        Assert.Equal(ExitCode.Faults, code);
        Assert.Equal(2, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Schema_writes_every_schema()
    {
        var target = Path.Combine(_directory.FullName, "schemas");

        var (code, _, _) = await Run("schema", "--out", target);

        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(CitySchemas.Names, Directory.GetFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_one_clear_line()
    {
        var file = Path.Combine(_directory.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (code, _, error) = await Run("schema", "--out", file);

        Assert.Equal(ExitCode.Faults, code);
        Assert.StartsWith("citytwin: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("validate", "a", "--jsn")]
    [InlineData("conquer")]
    [InlineData]
    public async Task A_wrong_command_line_is_told_with_where_to_find_help(params string[] arguments)
    {
        var (code, _, error) = await Run(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("citytwin: ", error, StringComparison.Ordinal);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_verb()
    {
        var (code, output, _) = await Run("--help");

        Assert.Equal(ExitCode.Ok, code);
        Assert.All(["validate", "diff", "schema"], verb => Assert.Contains(verb, output, StringComparison.Ordinal));
    }

    private string Write(string name, CityFolder folder)
    {
        var path = Path.Combine(_directory.FullName, name);
        folder.WriteTo(path);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandLine.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
