using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using CityTwin.Cli;
using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.Import.Tests.Cli;

/// <summary>The verbs of <c>citytwin breach</c> that explain, on the sample city.</summary>
public sealed class BreachVerbsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("citytwin-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Replay_tells_one_run_with_times_and_what_would_have_changed_it()
    {
        var (code, output, error) = await Run("replay", "substation-intrusion");

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains("  0:00:00  The adversary begins: Over the fence: Substation North.", output, StringComparison.Ordinal);
        Assert.Contains("The attack succeeds after ", output, StringComparison.Ordinal);
        Assert.Contains("With the same luck and one thing changed:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replay_of_a_number_is_the_same_each_time_and_as_json()
    {
        var first = await Run("replay", "substation-intrusion", "--run", "7", "--json");
        var second = await Run("replay", "substation-intrusion", "--run", "7", "--json");

        using var json = JsonDocument.Parse(first.Output);
        Assert.Equal(first.Output, second.Output);
        Assert.Equal(7, json.RootElement.GetProperty("run").GetInt32());
        Assert.NotEqual(0, json.RootElement.GetProperty("story").GetArrayLength());
    }

    [Fact]
    public async Task Path_tells_the_tasks_of_the_most_vulnerable_way()
    {
        var (code, output, _) = await Run("path", "substation-intrusion", "--json");

        using var json = JsonDocument.Parse(output);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(
            ["substation-north-fence", "substation-north-door", "substation-north-cabinet", "substation-north-break"],
            json.RootElement.GetProperty("ways")[0].GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("step").GetString()!));
    }

    [Fact]
    public async Task Path_of_an_attack_on_networks_says_that_nobody_comes()
    {
        var (code, output, _) = await Run("path", "ransomware-waterworks");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("Nobody comes in person", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_with_a_defence_tells_the_paired_difference()
    {
        var (code, output, _) = await Run("compare", "substation-intrusion", "--with", "barrier-substation-north", "--runs", "300", "--json");

        using var json = JsonDocument.Parse(output);
        var success = json.RootElement.GetProperty("figures")[0];
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal(("success", "lower"), (success.GetProperty("figure").GetString(), success.GetProperty("verdict").GetString()));
    }

    [Fact]
    public async Task Compare_of_two_scenarios_names_both()
    {
        var (code, output, _) = await Run("compare", "substation-intrusion", "storm-attack", "--runs", "100");

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("  A: Break-in at a substation", output, StringComparison.Ordinal);
        Assert.Contains("  B: Attack during a storm", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compare", "substation-intrusion")]
    [InlineData("compare", "substation-intrusion", "storm-attack", "--with", "barrier-substation-north")]
    [InlineData("compare", "substation-intrusion", "--with", "moat")]
    [InlineData("replay", "substation-intrusion", "--run", "-1")]
    [InlineData("replay", "nothing-of-the-kind")]
    public async Task What_cannot_be_done_is_one_clear_line(string verb, params string[] arguments)
    {
        var (code, output, error) = await Run(verb, arguments);

        Assert.Equal((ExitCode.Faults, ""), (code, output));
        Assert.StartsWith("citytwin: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_as_html_writes_a_page_that_says_how_to_make_it_again_on_any_number_of_threads()
    {
        var (one, two) = (Path.Combine(_directory.FullName, "one.html"), Path.Combine(_directory.FullName, "two.html"));

        Assert.Equal(ExitCode.Ok, (await Run("run", "substation-intrusion", "--runs", "500", "--format", "html", "--out", one, "--threads", "1")).Code);
        Assert.Equal(ExitCode.Ok, (await Run("run", "substation-intrusion", "--runs", "500", "--format", "html", "--out", two, "--threads", "2")).Code);

        var page = await File.ReadAllTextAsync(one, TestContext.Current.CancellationToken);
        Assert.Equal(page, await File.ReadAllTextAsync(two, TestContext.Current.CancellationToken));
        Assert.Contains(
            " substation-intrusion --runs 500 --seed 1 --draws 20 --half-width 0 --format html --out report.html",
            XDocument.Parse(page).Descendants("code").Single().Value, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string verb, params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandLine.RunAsync(["breach", verb, SampleCity.Folder, .. arguments], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
