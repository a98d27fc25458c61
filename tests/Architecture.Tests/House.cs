using System.Text.RegularExpressions;
using System.Xml.Linq;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Architecture.Tests;

/// <summary>What <c>src/README.md</c> says of the house is true.</summary>
public sealed partial class House
{
    private const int LinesMax = 400;

    public static TheoryData<string> Projects =>
        [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src"), "CityTwin.*").Select(path => Path.GetFileName(path)!["CityTwin.".Length..]).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_follow_the_table(string project)
    {
        var row = TableRow().Matches(Page()).Single(row => row.Groups[1].Value == project);
        var allowed = row.Groups[2].Value.Split(',').Select(name => name.Trim()).ToHashSet();
        var path = Path.Combine(Repository.Root, "src", $"CityTwin.{project}", $"CityTwin.{project}.csproj");
        var references = XDocument.Load(path).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)["CityTwin.".Length..]);
        Assert.All(references, reference => Assert.Contains(reference, allowed));
    }

    [Fact]
    public void Paths_named_on_the_page_exist() => Assert.All(
        CodeSpan().Matches(Page()).Select(span => span.Groups[1].Value).Where(name => name.Contains('/')),
        path => Assert.True(Path.Exists(Path.Combine(Repository.Root, path)), $"src/README.md names {path}, which does not exist."));

    [Fact]
    public void Types_named_on_the_page_exist()
    {
        var types = Sources().SelectMany(path => TypeDeclaration().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value)).ToHashSet();
        Assert.All(
            CodeSpan().Matches(Page()).Select(span => span.Groups[1].Value).Where(name => TypeName().IsMatch(name)),
            type => Assert.Contains(type, types));
    }

    [Fact]
    public void Files_have_one_topic() => Assert.All(
        Sources().Concat(Files("tests")),
        path => Assert.True(File.ReadLines(path).Count() <= LinesMax, $"{path} has more than {LinesMax} lines: does it still have one topic?"));

    [Fact]
    public void Nothing_blocks_and_nothing_takes_time_or_chance_from_the_air() => Assert.All(
        Sources().Where(path => !path.Contains("CityTwin.Silo", StringComparison.Ordinal)),
        path => Assert.DoesNotMatch(FromTheAir(), File.ReadAllText(path)));

    private static string Page() => File.ReadAllText(Path.Combine(Repository.Root, "src", "README.md"));

    private static IEnumerable<string> Sources() => Files("src");

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    [GeneratedRegex(@"^\| ([A-Z]\w+) \| (.+?) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"(?:record struct|record class|class|record|struct|interface|enum) (\w+)")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex("^[A-Z][A-Za-z]+$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"DateTime(Offset)?\.(Utc)?Now|Random\.Shared|new Random\(|\.Result\b(?!\s*=)|\.Wait\(\)|pragma warning disable|NotImplementedException")]
    private static partial Regex FromTheAir();
}
