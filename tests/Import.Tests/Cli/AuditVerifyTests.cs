using CityTwin.Cli;
using CityTwin.Core.Audit;
using Xunit;

namespace CityTwin.Import.Tests.Cli;

/// <summary>What <c>citytwin audit verify</c> says of an exported log.</summary>
public sealed class AuditVerifyTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("citytwin-");
    private readonly List<string> _lines = [];
    private readonly TreeEdge _edge = TreeEdge.Empty;

    public AuditVerifyTests()
    {
        for (var number = 0; number < 3; number++)
        {
            var entry = new AuditEntry($"act-{number}", DateTimeOffset.UnixEpoch.AddDays(number), "ada", AuditKind.Command, "open", null, "why not", null, "OK");
            _lines.Add(AuditExport.Line(AuditRow.Append(ref _edge, entry.ToJson())));
        }

        _lines.Insert(0, AuditExport.Head(_edge.Size, _edge.Root));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Whole_log_is_said_to_be_whole_with_the_root_to_keep()
    {
        var (code, output, error) = await Run(Write());

        Assert.Equal((ExitCode.Ok, ""), (code, error));
        Assert.Contains($"whole, 3 entries; root 3:{_edge.Root}", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Run(Write(), "--root", $"3:{_edge.Root}")).Code);
    }

    [Fact]
    public async Task Changed_log_is_told_entry_by_entry()
    {
        _lines[2] = _lines[2].Replace("why not", "because", StringComparison.Ordinal);
        _lines.RemoveAt(3);

        var (code, output, _) = await Run(Write());

        Assert.Equal(ExitCode.Faults, code);
        Assert.Matches(@"altered: Entry 1 \(line 3\)", output);
        Assert.Matches("removed: Entry 2 is missing", output);
    }

    [Fact]
    public async Task Log_that_is_not_the_known_one_is_told()
    {
        var (code, output, _) = await Run(Write(), "--root", $"2:{TreeHash.Empty}");

        Assert.Equal(ExitCode.Faults, code);
        Assert.StartsWith("another log: ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("3:abc")]
    [InlineData("-1:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public async Task Root_that_is_none_is_refused(string root)
    {
        var (code, _, error) = await Run(Write(), $"--root={root}");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("is not a root", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_file_is_one_line()
    {
        var (code, _, error) = await Run(Path.Combine(_directory.FullName, "nothing.jsonl"));

        Assert.Equal(ExitCode.Faults, code);
        Assert.Contains("nothing.jsonl", error, StringComparison.Ordinal);
    }

    private string Write()
    {
        var path = Path.Combine(_directory.FullName, "audit.jsonl");
        File.WriteAllLines(path, _lines);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(["audit", "verify", .. arguments], output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
