using System.Diagnostics;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Our own executables, as built beside these tests.</summary>
internal static class Programs
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
    private static readonly string Built = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));

    public static string Silo => Path.Combine(Built, "CityTwin.Silo", Configuration, "CityTwin.Silo.dll");

    public static string Cli => Path.Combine(Built, "CityTwin.Cli", Configuration, "citytwin.dll");

    public static Process Start(IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> Run(string program, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Start(new Dictionary<string, string>(), program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await errors);
    }
}
