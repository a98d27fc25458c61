using System.Globalization;
using System.Text.Json;
using CityTwin.Cli;
using Xunit;

namespace CityTwin.Import.Tests.Cli;

/// <summary>What <c>citytwin breach exact</c> says, and how it refuses.</summary>
public sealed class BreachExactTests : IDisposable
{
    private const string Good = """
        {"note": "one of each", "cases": [
          {"id": "fence", "pc": 0.95, "rft_mean": 300, "rft_sd": 90, "tasks": [
            {"name": "gate", "pd": 0.5, "loc": "B", "mean": 290, "sd": 0}, {"name": "door", "pd": 0.9, "loc": "E", "mean": 20, "sd": 18}]},
          {"id": "intrusion", "response_rate": 1, "stages": [{"rate": 1, "pd": 0.5}, {"rate": 1, "pd": 0.5}]},
          {"id": "network", "start": ["user(0)"], "steps": [
            {"id": "user(0)", "type": "or", "parents": []},
            {"id": "login", "type": "and", "parents": ["user(0)"], "exists": 0.5, "duration": 60},
            {"id": "vault", "type": "or", "parents": [], "duration": 5}]}]}
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("citytwin-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Exact_answers_each_kind_of_case_in_a_table()
    {
        var (code, output, error) = await Run("breach", "exact", Write(Good));

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Matches(@"fence .+ task 1 gate +│? *10", output);
        Assert.Matches(@"intrusion .+0\.500000", output);
        Assert.Matches(@"login .+60 .+0\.500000", output);
        Assert.Matches(@"vault .+never .+0\.000000", output);
    }

    [Fact]
    public async Task Exact_as_json_can_be_read_by_a_program()
    {
        var (code, output, _) = await Run("breach", "exact", Write(Good), "--json");

        using var json = JsonDocument.Parse(output);
        var cases = json.RootElement.GetProperty("cases");
        Assert.Equal(ExitCode.Ok, code);
        Assert.Equal((1, 10.0), (cases[0].GetProperty("criticalDetectionPoint").GetInt32(), cases[0].GetProperty("marginSeconds").GetDouble()));
        Assert.InRange(cases[0].GetProperty("interruptionPerAlarm").GetDouble(), 0.2, 0.3);
        Assert.Equal(0.5, cases[1].GetProperty("success").GetDouble());
        Assert.Equal(60, cases[2].GetProperty("steps")[1].GetProperty("earliestTime").GetDouble());
        Assert.Equal(JsonValueKind.Null, cases[2].GetProperty("steps")[2].GetProperty("earliestTime").ValueKind);
    }

    [Fact]
    public async Task Exact_answers_a_single_case()
    {
        var (code, output, _) = await Run("breach", "exact", Write("""{"response_rate": 0, "stages": [{"rate": 2, "pd": 1}]}"""));

        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("1.000000", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exact_tells_all_faults_of_a_file_at_once_each_with_its_place()
    {
        var (code, output, error) = await Run("breach", "exact", Write("""
            {"cases": [
              {"id": "a", "pc": 1.2, "rft_mean": -1, "rft_sd": 90, "tasks": [{"name": "door", "pd": 2, "loc": "X", "mean": -5, "sdd": 1}]},
              {"id": "b", "stages": [{"rate": 0, "pd": 0.5}], "response_rate": 1},
              {"id": "c", "start": ["nobody"], "steps": [
                {"id": "e", "type": "or", "parents": ["ghost"]}, {"id": "x", "type": "and", "parents": ["y", "e"]}, {"id": "y", "type": "and", "parents": ["x"]},
                {"id": "e", "type": "xor", "parents": [], "exists": 1.1}]},
              {"id": "d"},
              {"id": "f", "tasks": []}]}
            """));

        Assert.Equal((ExitCode.Faults, ""), (code, output));
        Assert.All(
            [
                "out-of-range exact.json $.cases[0].pc [a]", "out-of-range exact.json $.cases[0].rft_mean [a]", "out-of-range exact.json $.cases[0].tasks[0].pd [a]",
                "unknown-word exact.json $.cases[0].tasks[0].loc [a]", "out-of-range exact.json $.cases[0].tasks[0].mean [a]",
                "missing-property exact.json $.cases[0].tasks[0].sd [a]", "unknown-property exact.json $.cases[0].tasks[0].sdd [a]",
                "out-of-range exact.json $.cases[1].stages[0].rate [b]",
                "unknown-reference exact.json $.cases[2].start[0] [c]", "unknown-reference exact.json $.cases[2].steps[0].parents[0] [c]",
                "step-cycle exact.json $.cases[2].steps[1].parents [c]: Each of these steps waits for the one before, so none is ever reached: x -> y -> x",
                "duplicate-id exact.json $.cases[2].steps[3].id [c]", "unknown-word exact.json $.cases[2].steps[3].type [c]", "out-of-range exact.json $.cases[2].steps[3].exists [c]",
                "missing-property exact.json $.cases[3]", "out-of-range exact.json $.cases[4].tasks [f]", "missing-property exact.json $.cases[4].pc [f]",
                "citytwin: ",
            ],
            fault => Assert.Contains(fault, error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"cases": 1}""")]
    [InlineData("""{"cases": [null, 1, "x", []]}""")]
    [InlineData("""{"steps": [{"id": 1, "parents": [1, null, {}]}], "start": {}}""")]
    public async Task Exact_refuses_whatever_is_no_case_with_a_fault_and_never_breaks(string content)
    {
        var (code, _, error) = await Run("breach", "exact", Write(content));

        Assert.Equal(ExitCode.Faults, code);
        Assert.StartsWith("error ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exact_warns_that_chance_and_time_of_a_start_do_not_count()
    {
        var (code, output, error) = await Run("breach", "exact", Write("""{"start": ["e"], "steps": [{"id": "e", "type": "or", "exists": 0.5, "duration": 9}]}"""));

        Assert.Equal(ExitCode.Ok, code);
        Assert.StartsWith("warning contradiction exact.json $.steps[0] [case]: 'e' is a start", error, StringComparison.Ordinal);
        Assert.Matches(@"e +│? *0 +│? *1\.000000", output);
    }

    [Fact]
    public async Task Exact_of_a_file_that_is_not_there_is_one_clear_line()
    {
        var (code, _, error) = await Run("breach", "exact", Path.Combine(_directory.FullName, "nothing.json"));

        Assert.Equal(ExitCode.Faults, code);
        Assert.StartsWith("citytwin: ", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_exact_shows_the_form_of_each_case()
    {
        var (code, output, _) = await Run("breach", "exact", "--help");

        Assert.Equal(ExitCode.Ok, code);
        Assert.All(["\"tasks\"", "\"stages\"", "\"steps\"", "--json"], part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    private string Write(string content)
    {
        var path = Path.Combine(_directory.FullName, "exact.json");
        File.WriteAllText(path, content);
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
