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
    [InlineData("rank", "substation-intrusion", "--only", "moat")]
    [InlineData("rank", "substation-intrusion", "--defence", "patch-portal", "--only", "patch-portal")]
    [InlineData("rank", "substation-intrusion", "--budget", "-0.01")]
    [InlineData("rank", "substation-intrusion", "--budget", "1.0001e12")]
    [InlineData("rank", "substation-intrusion", "--budget", "NaN")]
    [InlineData("run", "substation-intrusion", "--threads", "0")]
    [InlineData("run", "substation-intrusion", "--out", "/nowhere/at/all/report.html")]
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

    [Theory]
    [InlineData("run", "substation-intrussion", "did you mean 'substation-intrusion'?")]
    [InlineData("run", "substation-intrusion", "did you mean 'barrier-substation-north'?", "--defence", "barrier-substation-nort")]
    public async Task A_slip_of_the_pen_is_answered_with_what_was_meant(string verb, string scenario, string expected, params string[] more)
    {
        var (code, _, error) = await Run(verb, [scenario, .. more]);

        Assert.Equal(ExitCode.Faults, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_that_is_none_is_told_in_plain_words_with_the_verb_whose_help_says_more()
    {
        var (code, _, error) = await Run("run", "substation-intrusion", "--runs", "abc");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Equal(["citytwin: Cannot parse argument 'abc' for option '--runs': it must be a whole number.", "Try 'citytwin breach run --help'."],
            error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()));
    }

    [Theory]
    [InlineData("substation-intrusion")]
    [InlineData("insider-exchange")]
    [InlineData("combined-attack")]
    public async Task Effectiveness_is_interruption_times_neutralisation_also_where_one_hand_of_the_attack_goes_on_without_the_other(string scenario)
    {
        var (_, output, _) = await Run("run", scenario, "--runs", "500", "--draws", "0", "--format", "json");

        using var json = JsonDocument.Parse(output);
        Assert.NotEqual(0, Share("effectiveness"));
        Assert.Equal(Share("effectiveness"), Share("interruption") * Share("neutralisation"), 1e-5);

        double Share(string name) => json.RootElement.GetProperty("probabilities").GetProperty(name).GetProperty("estimate").GetDouble();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1e12")]
    public async Task Rank_takes_a_budget_up_to_its_bounds(string budget)
    {
        var (code, output, _) = await Rank("substation-intrusion", "--only", "barrier-substation-north", "--runs", "100", "--budget", budget);

        Assert.Equal((ExitCode.Ok, budget != "0"), (code, output.GetProperty("best").GetProperty("defences").GetArrayLength() > 0));
    }

    [Fact]
    public async Task Rank_measures_by_records_where_nobody_loses_an_hour_and_tries_the_best_set_again_with_other_luck()
    {
        var (_, output, text) = await Rank("citizen-data-breach", "--only", "encryption-registers", "--only", "barrier-waterworks", "--runs", "400", "--budget", "40000");

        var best = output.GetProperty("best");
        Assert.Equal("encryption-registers", Assert.Single(best.GetProperty("defences").EnumerateArray()).GetString());
        Assert.True(best.GetProperty("recordsSaved").GetDouble() > 1_000, text);
        var check = best.GetProperty("check");
        Assert.Equal((2, 400, "lower"), (check.GetProperty("seed").GetInt32(), check.GetProperty("runs").GetInt32(), check.GetProperty("records").GetProperty("verdict").GetString()));
        Assert.NotEqual(0 - best.GetProperty("recordsSaved").GetDouble(), check.GetProperty("records").GetProperty("difference").GetDouble());

        var table = (await Run("rank", "citizen-data-breach", "--draws", "0", "--only", "encryption-registers", "--only", "barrier-waterworks", "--runs", "400")).Output;
        Assert.Contains("No run of 400 changes with these (not distinguishable; ", table, StringComparison.Ordinal);
        Assert.Contains(" points): barrier-waterworks\n", table, StringComparison.Ordinal);
    }

    private static async Task<(int Code, JsonElement Output, string Text)> Rank(string scenario, params string[] more)
    {
        var (code, output, error) = await Run("rank", [scenario, "--draws", "0", "--format", "json", .. more]);
        Assert.Equal("", error);
        using var json = JsonDocument.Parse(output);
        return (code, json.RootElement.Clone(), output);
    }

    private static async Task<(int Code, string Output, string Error)> Run(string verb, params string[] arguments)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        var code = await CommandLine.RunAsync(["breach", verb, SampleCity.Folder, .. arguments], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
