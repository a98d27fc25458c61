using System.Diagnostics;
using System.Xml.Linq;

namespace CityTwin.Testing;

/// <summary>Programs of others that a test runs where they are installed.</summary>
public static class Tools
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Where the build has unpacked a package, in the version that all projects share.</summary>
    public static string Package(string id)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var version = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(package => string.Equals(package.Attribute("Include")!.Value, id, StringComparison.OrdinalIgnoreCase)).Attribute("Version")!.Value;
        return Path.Combine(packages, id, version);
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and all that it said.</returns>
    public static async Task<(int ExitCode, string Output)> Run(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
