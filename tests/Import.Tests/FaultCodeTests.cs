using System.Text.RegularExpressions;
using Xunit;

namespace CityTwin.Import.Tests;

public sealed partial class FaultCodeTests
{
    [Fact]
    public void The_readme_lists_every_code_once_and_no_other()
    {
        var listed = File.ReadLines(Path.Combine(Repository(), "src", "CityTwin.Import", "README.md"))
            .Select(line => Row().Match(line)).Where(row => row.Success).Select(row => row.Groups[1].Value)
            .Where(code => !code.Contains('.', StringComparison.Ordinal));

        var codes = typeof(FaultCode).GetFields().Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(codes.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|")]
    private static partial Regex Row();

    private static string Repository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "CityTwin.sln")))
        {
            directory = Path.GetDirectoryName(directory)!;
        }

        return directory;
    }
}
