using System.Diagnostics;
using System.Xml.Linq;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Architecture.Tests;

/// <summary>The public contract keeps the rules of <c>src/CityTwin.Protocol/buf.yaml</c>. Without node, or without a way to get the linter, this is skipped and says so.</summary>
public sealed class Contract_lint
{
    private const string Linter = "@bufbuild/buf@1.75.0";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Contract_keeps_the_lint_rules()
    {
        Assert.SkipUnless(IsInstalled("npm"), "npm is not installed: the contract was not linted.");
        var protos = Path.Combine(Package("google.api.commonprotos"), "content", "protos", "google");
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

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Where the build has unpacked a package, in the version that all projects share.</summary>
    private static string Package(string id)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(package => string.Equals(package.Attribute("Include")!.Value, id, StringComparison.OrdinalIgnoreCase)).Attribute("Version")!.Value;
        return Path.Combine(packages, id, version);
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

    private static async Task<(int ExitCode, string Output)> Run(string folder, string program, params string[] arguments)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output + await errors);
    }
}
