using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>
/// The console as the main job serves it, in a real browser on a real silo. CITYTWIN_PICTURE names a file in which to
/// keep what it shows while a substation is out (<c>tests/picture.sh</c>).
/// </summary>
public sealed class Living_console
{
    private const string Chromium = "/usr/bin/chromium";
    private const float DeadlineMilliseconds = 30_000;

    private static readonly string[] _arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Shows_a_failed_substation_through_kill_9_and_its_return()
    {
        Assert.True(File.Exists(Chromium), $"{Chromium} is missing: install it with 'apt-get install chromium'.");
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = _arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1366, Height = 768 } });
        var power = page.Locator(".service[data-service=power]");
        await page.GotoAsync(silo.Link);
        await Is(page, "live");
        await Says(page.Locator("h1"), "Havenbrug");
        await Says(page.Locator("#sample"), "Sample data");
        await Says(power, "100 %");

        await Order(silo, "fail");
        await page.Locator("#tab-cascades").ClickAsync();
        await Says(page.Locator("#cascades li").First, "Substation North");
        await page.Locator("#cascades li").First.Locator(".link").First.ClickAsync();
        await Says(page.Locator("#detail-title"), "Substation North");
        await Says(page.Locator(".detail"), "end to end");
        await Assertions.Expect(page.Locator(".level.band-dark").First).ToBeVisibleAsync(new() { Timeout = DeadlineMilliseconds });

        if (Environment.GetEnvironmentVariable("CITYTWIN_PICTURE") is { Length: > 0 } picture)
        {
            await page.ScreenshotAsync(new() { Path = picture, Type = ScreenshotType.Jpeg, Quality = 75 });
        }

        await silo.Kill();
        await Is(page, "lost");
        await Says(page.Locator("#banner"), "Disconnected");
        await silo.Run(Cancellation);
        await Is(page, "live");
        await Assertions.Expect(power).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("band-(dark|severe|reduced)"), new() { Timeout = DeadlineMilliseconds });

        await Order(silo, "restore");
        await Says(power, "100 %");
    }

    [Fact]
    public async Task Runs_a_breach_and_shows_what_it_comes_to()
    {
        await using var silo = await SiloProcess.Start(Cancellation, "--no-feed");
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = _arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1366, Height = 768 } });
        await page.GotoAsync(silo.Link);
        await page.GotoAsync($"http://127.0.0.1:{silo.HttpPort}/breaches");
        await Assertions.Expect(page.Locator("#breach-scenario option")).ToHaveCountAsync(10, new() { Timeout = DeadlineMilliseconds });
        await page.Locator("#breach-run").ClickAsync();
        await Says(page.Locator("#breach-fault"), "Say who");

        await page.Locator("#breach-scenario").SelectOptionAsync("cable-theft");
        await page.Locator("#breach-runs").FillAsync("300");
        await page.Locator("#breach-who").FillAsync("planner");
        await page.Locator("#breach-run").ClickAsync();
        await Assertions.Expect(page.Locator("#breaches li[data-state=Succeeded]")).ToBeVisibleAsync(new() { Timeout = DeadlineMilliseconds });
        await Says(page.Locator("#breaches li"), "The attack succeeds");
        await Says(page.Locator("#breaches li"), "Person-hours lost");
    }

    [Fact]
    public async Task Lets_in_who_signs_in_with_a_key_until_it_is_revoked()
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-keys-");
        try
        {
            var keys = Path.Combine(folder.FullName, "keys.json");
            var key = (await Programs.Run(Programs.Cli, Cancellation, "key", "create", "--file", keys, "--name", "anna", "--role", "operator")).Output.Trim();
            await using var silo = SiloProcess.Prepare(null, "--no-feed");
            silo.Environment["CITYTWIN_KEYS_FILE"] = keys;
            silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            await silo.Run(Cancellation);
            using var playwright = await Playwright.CreateAsync();
            await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = _arguments });
            var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1366, Height = 768 } });
            await page.GotoAsync($"http://127.0.0.1:{silo.HttpPort}/");
            await page.Locator("#credential").FillAsync(key[..^1] + "!");
            await page.Locator("button").ClickAsync();
            await Says(page.Locator("[role=alert]"), "none of this server");
            await page.Locator("#credential").FillAsync(key);
            await page.Locator("button").ClickAsync();
            await Is(page, "live");
            await page.GetByText("Account").ClickAsync();
            await Says(page.Locator("main"), "signed in as anna");
            await page.GetByText("To the console").ClickAsync();
            await Is(page, "live");

            Assert.Equal(0, (await Programs.Run(Programs.Cli, Cancellation, "key", "revoke", "--file", keys, key.Split('_')[1])).ExitCode);
            await Assertions.Expect(page.Locator("#credential")).ToBeVisibleAsync(new() { Timeout = DeadlineMilliseconds });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<JsonElement> Order(SiloProcess silo, string verb) =>
        silo.Post($"v1/segments/substation-north:{verb}", new { principal = "tester", reason = "end to end" }, Cancellation);

    private static Task Is(IPage page, string connection) =>
        Assertions.Expect(page.Locator($"#console[data-connection={connection}]")).ToBeVisibleAsync(new() { Timeout = DeadlineMilliseconds });

    private static Task Says(ILocator locator, string text) =>
        Assertions.Expect(locator).ToContainTextAsync(text, new() { Timeout = DeadlineMilliseconds });
}
