using System.Text.RegularExpressions;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>What <c>README.md</c> says works, from the first command to the last, in the order of the page.</summary>
public sealed partial class Readme
{
    private const string Indent = "    ";
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task Has_only_commands_that_work()
    {
        var commands = Commands().ToList();
        Assert.NotEmpty(commands);
        await using var newcomer = new Newcomer();
        foreach (var command in commands)
        {
            await newcomer.Type(command);
        }
    }

    [Fact]
    public void Names_the_benchmarks_that_there_are()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "tests", "bench.sh"));
        Assert.Equal($"{BenchNames().Match(script).Groups[1].Value.Replace(' ', '|')}|all", BenchUsage().Match(Page).Groups[1].Value);
    }

    [Fact]
    public void Shows_pictures_that_there_are() => Assert.All(
        Pictures().Matches(Page).Select(picture => picture.Groups[1].Value),
        picture => Assert.True(File.Exists(Path.Combine(Repository.Root, picture)), $"{picture} is missing."));

    /// <summary>The indented lines, save those inside a drawing.</summary>
    private static IEnumerable<string> Commands()
    {
        var isDrawing = false;
        foreach (var line in Page.Split('\n'))
        {
            isDrawing ^= line.StartsWith("```", StringComparison.Ordinal);
            if (!isDrawing && line.StartsWith(Indent, StringComparison.Ordinal))
            {
                yield return line.Trim();
            }
        }
    }

    [GeneratedRegex(@"names=\(([a-z -]+)\)")]
    private static partial Regex BenchNames();

    [GeneratedRegex(@"tests/bench\.sh ([a-z|-]+)`")]
    private static partial Regex BenchUsage();

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Pictures();
}
