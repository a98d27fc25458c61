using CityTwin.Testing;
using Xunit;

namespace CityTwin.Architecture.Tests;

/// <summary>The public contract keeps the rules of <c>src/CityTwin.Protocol/buf.yaml</c>. Without node, or without a way to get the linter, this is skipped and says so.</summary>
public sealed class Contract_lint
{
    private const string Linter = "@bufbuild/buf@1.75.0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contract_keeps_the_lint_rules()
    {
        Assert.SkipUnless(Tools.IsInstalled("npm"), "npm is not installed: the contract was not linted.");
        var protos = Path.Combine(Tools.Package("google.api.commonprotos"), "content", "protos", "google");
        var folder = Directory.CreateTempSubdirectory("citytwin-lint-").FullName;
        try
        {
            var (installed, log) = await Run(folder, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, Linter);
            Assert.SkipUnless(installed == 0, $"{Linter} cannot be had, the contract was not linted: {log}");
            var contract = Path.Combine(Repository.Root, "src", "CityTwin.Protocol");
            var workspace = Directory.CreateDirectory(Path.Combine(folder, "contract")).FullName;
            Copy(Path.Combine(contract, "citytwin"), Path.Combine(workspace, "citytwin"));
            Copy(protos, Path.Combine(workspace, "google"));
            File.Copy(Path.Combine(contract, "buf.yaml"), Path.Combine(workspace, "buf.yaml"));

            var (faults, found) = await Run(workspace, Path.Combine(folder, "node_modules", ".bin", "buf"), "lint");

            Assert.True(faults == 0, found);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*.proto", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static Task<(int ExitCode, string Output)> Run(string folder, string program, params string[] arguments) =>
        Tools.Run(new(program, arguments) { WorkingDirectory = folder }, Cancellation);
}
