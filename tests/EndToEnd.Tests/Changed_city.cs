using CityTwin.Import.Sample;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary><c>citytwin apply</c> on a real silo, by a person at a shell.</summary>
public sealed class Changed_city
{
    private const string Substation = "substation-north";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_told_first_then_in_force_at_once_and_outlives_kill_9()
    {
        var folder = ChangedSample(out var renamed);
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        await silo.Post($"v1/segments/{Substation}:fail", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the substation is down", async () => (await silo.Levels(Cancellation))[Substation] == 0, Patience, Cancellation);
        var before = await silo.Levels(Cancellation);

        var told = await Apply(silo, folder, "--dry-run");
        Assert.Equal(0, told.ExitCode);
        Assert.Contains(renamed, told.Output, StringComparison.Ordinal);
        Assert.Equal(before, await silo.Levels(Cancellation));
        Assert.Equal(2, (await Apply(silo, folder)).ExitCode);
        Assert.Equal(1, (await Apply(silo, folder, "--reason", "renamed")).ExitCode);

        var applied = await Apply(silo, folder, "--reason", "renamed", "--yes");
        Assert.True(applied.ExitCode == 0, applied.Errors);
        await SiloProcess.Until("the changed name is served", async () => await NameOf(silo, renamed) == "Renamed", Patience, Cancellation);
        Assert.Equal(before, await silo.Levels(Cancellation));
        Assert.Contains("already", (await Apply(silo, folder, "--reason", "again", "--yes")).Output, StringComparison.Ordinal);

        await silo.Kill();
        await silo.Run(Cancellation);
        Assert.Equal("Renamed", await NameOf(silo, renamed));
        await SiloProcess.Until("levels are as before", async () => before.SequenceEqual(await silo.Levels(Cancellation)), Patience, Cancellation);
        await silo.Post($"v1/segments/{Substation}:restore", new { principal = "test", reason = "drill" }, Cancellation);
        await SiloProcess.Until("the substation is back", async () => (await silo.Levels(Cancellation))[Substation] == 1000, Patience, Cancellation);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<(int ExitCode, string Output, string Errors)> Apply(SiloProcess silo, string folder, params string[] more) =>
        Programs.Run(Programs.Cli, Cancellation, ["apply", folder, "--server", $"http://127.0.0.1:{silo.GrpcPort}", "--by", "test", .. more]);

    private static async Task<string> NameOf(SiloProcess silo, string segment) =>
        (await silo.Get($"v1/segments/{segment}", Cancellation)).GetProperty("displayName").GetString()!;

    /// <summary>The sample town with one segment renamed.</summary>
    private static string ChangedSample(out string renamed)
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-changed-").FullName;
        foreach (var file in Directory.EnumerateFiles(SampleCity.Folder))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        renamed = CityFiles.RenameOne(folder);
        return folder;
    }
}
