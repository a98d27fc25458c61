using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// Somebody who types what the page says into a shell, in a folder that looks like the repository. Only this is put in
/// another's place: free ports and a data folder of the test, the built program where the page builds and runs it, and
/// the answer to the question that <c>apply</c> asks at a terminal.
/// </summary>
internal sealed partial class Newcomer : IAsyncDisposable
{
    private const string RunsSilo = "dotnet run --project src/CityTwin.Silo";
    private const string RunsFaults = "tests/faults.sh";
    private const string RunsCli = "dotnet run --project src/CityTwin.Cli --";
    private const string OwnCity = "/tmp/mycity";
    private const string RestoredData = "/tmp/restored";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("citytwin-newcomer-").FullName;
    private SiloProcess? _silo;
    private string? _renamed;

    public Newcomer() => Directory.CreateSymbolicLink(Path.Combine(_folder, "src"), Path.Combine(Repository.Root, "src"));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SiloProcess Silo => _silo ?? throw new InvalidOperationException("The page talks to a silo before it starts one.");

    /// <summary>Runs one line of the page and looks whether it did what it is there for.</summary>
    public async Task Type(string line)
    {
        if (line == "tests/run.sh")
        {
            // It runs this very test; what must be so is that CI runs it.
            Assert.Contains(line, await File.ReadAllTextAsync(Path.Combine(Repository.Root, ".ci", "run"), Cancellation), StringComparison.Ordinal);
        }
        else if (line.StartsWith(RunsFaults, StringComparison.Ordinal))
        {
            // A full run takes a quarter of an hour and more, and CI makes a short one: what must be so is that it takes what the page gives it.
            var help = await Shell($"'{Path.Combine(Repository.Root, RunsFaults)}' --help");
            Assert.All(line.Split(' ').Where(word => word.StartsWith("--", StringComparison.Ordinal)), option => Assert.Contains(option, help, StringComparison.Ordinal));
        }
        else if (line.StartsWith(RunsSilo, StringComparison.Ordinal) && line.Contains(".archive", StringComparison.Ordinal))
        {
            var arguments = line[RunsSilo.Length..].Replace(" -- ", " ", StringComparison.Ordinal);
            Assert.Contains(" rows of schema version ", await Shell($"dotnet '{Programs.Silo}'{arguments}{(arguments.Contains("--data", StringComparison.Ordinal) ? "" : $" --data '{Silo.DataFolder}'")}"), StringComparison.Ordinal);
        }
        else if (line.StartsWith(RunsSilo, StringComparison.Ordinal))
        {
            await RunSilo(line[RunsSilo.Length..]);
        }
        else if (line.StartsWith('{'))
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "drill.json"), line, Cancellation);
        }
        else if (line.StartsWith("curl ", StringComparison.Ordinal))
        {
            await Curl(line);
        }
        else if (line.StartsWith("mosquitto_pub ", StringComparison.Ordinal))
        {
            await Publish(line);
        }
        else if (line.StartsWith(RunsCli, StringComparison.Ordinal))
        {
            await Cli(line[RunsCli.Length..]);
        }
        else
        {
            Assert.Fail($"Nobody knows how to run '{line}': teach {nameof(Newcomer)}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopSilo();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Two silos on the same ports do not go together: the one before is stopped.</summary>
    private async Task RunSilo(string more)
    {
        await StopSilo();
        var arguments = DataOption().Replace(Here(more), "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word != "--");
        _silo = await SiloProcess.Start(Cancellation, [.. arguments]);
    }

    private async Task StopSilo()
    {
        if (_silo is { } silo)
        {
            await silo.DisposeAsync();
        }
    }

    private async Task Curl(string line)
    {
        var answer = await Shell(line.Replace("curl ", "curl -fsS ", StringComparison.Ordinal).Replace(":5080", $":{Silo.HttpPort}", StringComparison.Ordinal)
            .Replace("doors/5080", $"doors/{Silo.HttpPort}", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(answer).RootElement.ValueKind);
        if (FailedSegment().Match(line) is { Success: true } failed)
        {
            var segment = failed.Groups[1].Value;
            await SiloProcess.Until($"{segment} is down", async () => (await Silo.Levels(Cancellation))[segment] == 0, Patience, Cancellation);
        }
    }

    private async Task Publish(string line)
    {
        await Shell(line.Replace("mosquitto_pub ", $"mosquitto_pub -p {Silo.MqttPort} ", StringComparison.Ordinal));
        if (line.Contains("/event ", StringComparison.Ordinal))
        {
            await SiloProcess.Until("an asset is compromised", async () => (await Outlook()).Contains("compromised: assets/", StringComparison.Ordinal), Patience, Cancellation);
            return;
        }

        var (sensor, word) = (PublishedReading().Match(line).Groups[1].Value, PublishedReading().Match(line).Groups[2].Value);
        await SiloProcess.Until($"{sensor} says {word}", async () =>
            (await Silo.Get($"v1/sensors/{sensor}", Cancellation)).GetProperty("word").GetString() == word, Patience, Cancellation);
    }

    private async Task<string> Outlook() => await OnServer(" outlook");

    private async Task<string> OnServer(string arguments, string orElse = "") =>
        await Shell($"dotnet '{Programs.Cli}'{arguments} --server http://127.0.0.1:{Silo.GrpcPort}{orElse}");

    private async Task Cli(string arguments)
    {
        if (arguments == " outlook")
        {
            Assert.Contains("Order this one, if only one: ", await Outlook(), StringComparison.Ordinal);
            return;
        }

        if (arguments == " doctor")
        {
            // A city without a feed is in trouble, and says so with 1.
            Assert.NotEmpty(await OnServer(arguments, " || test $? -eq 1"));
            return;
        }

        if (arguments.StartsWith(" audit export ", StringComparison.Ordinal))
        {
            Assert.NotEmpty(await OnServer(arguments));
            return;
        }

        if (!arguments.Contains(" apply ", StringComparison.Ordinal))
        {
            Assert.NotEmpty(await Shell($"dotnet '{Programs.Cli}'{arguments}"));
            return;
        }

        // "Change its files while it runs".
        _renamed ??= CityFiles.RenameOne(Path.Combine(_folder, Path.GetFileName(OwnCity)));
        var isDry = arguments.Contains("--dry-run", StringComparison.Ordinal);
        var told = await Shell($"dotnet '{Programs.Cli}'{arguments} --server http://127.0.0.1:{Silo.GrpcPort}{(isDry ? "" : " --yes")}");
        Assert.Contains(isDry ? _renamed : "In force", told, StringComparison.Ordinal);
    }

    private async Task<string> Shell(string line)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", Here(line)])
        {
            WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(Cancellation), shell.StandardError.ReadToEndAsync(Cancellation));
        await shell.WaitForExitAsync(Cancellation);
        Assert.True(shell.ExitCode == 0, $"'{line}' ends with {shell.ExitCode}: {await errors}{await output}");
        return await output;
    }

    private string Here(string line) => new[] { OwnCity, RestoredData }.Aggregate(
        line, (text, path) => text.Replace(path, Path.Combine(_folder, Path.GetFileName(path)), StringComparison.Ordinal));

    [GeneratedRegex(@"--data \S+")]
    private static partial Regex DataOption();

    [GeneratedRegex("segments/([a-z0-9-]+):fail")]
    private static partial Regex FailedSegment();

    [GeneratedRegex("sensors/([a-z0-9-]+)/reading .*\"value\":\"([a-z]+)\"")]
    private static partial Regex PublishedReading();
}
