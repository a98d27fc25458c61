using CityTwin.Console.Tests.Hosting;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.Console.Tests;

/// <summary>What the console shows of what was: a sensor's day, and the city as of an instant.</summary>
public sealed class PastTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private static readonly (int Red, int Green, int Blue) _dark = (255, 140, 171);

    [Fact]
    public async Task Sensor_shows_its_last_day_as_a_line()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await Choose(screen, "breaker north", "sensors/breaker-north");
        await Screen.Shows(screen.Page.Locator("#sparkline"));
        await Assertions.Expect(screen.Page.Locator("#sparkline")).ToHaveAttributeAsync("aria-label", "Readings of the last 24 hours, from 1 to 9 V");
        Assert.Equal(4, (await screen.Page.Locator("#sparkline .line").GetAttributeAsync("d"))!.Split('M', 'L').Length - 1);
        Assert.Empty(screen.Errors);
    }

    [Fact]
    public async Task Keyboard_alone_goes_to_the_past_which_is_plainly_marked_and_back_to_now()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        screen.Host.Past = screen.Host.City.Snapshot();
        screen.Host.City.Set("segments/substation-north", 0);
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "0 %");

        await screen.Page.Locator("#past-at").FocusAsync();
        await screen.Page.Keyboard.PressAsync("ArrowLeft");
        await screen.Page.Keyboard.PressAsync("ArrowLeft");

        await screen.Is("past");
        await Screen.Says(screen.Page.Locator("#banner"), "The city as it was known on");
        await Screen.Says(screen.Page.Locator("#connection-word"), "Past");
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "100 %");
        await Screen.Becomes(() => screen.Pixels(_dark.Red, _dark.Green, _dark.Blue), count => count == 0);
        var asked = TimeProvider.System.GetUtcNow() - DateTimeOffset.Parse(screen.Host.PastAsked!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(asked, TimeSpan.FromMinutes(11.9), TimeSpan.FromMinutes(14));

        // What happens now does not show, and no order is given on the strength of what was.
        screen.Host.City.Set("segments/substation-south", 300);
        await Choose(screen, "substation north", "segments/substation-north");
        await screen.Page.Locator(".detail").GetByRole(AriaRole.Button, new() { Name = "Fail" }).ClickAsync();
        await Screen.Says(screen.Page.Locator(".toast"), "What you see is the past");
        Assert.Empty(screen.Host.Posts);
        await screen.Is("past");

        await screen.Page.Locator("#past-at").FocusAsync();
        await screen.Page.Keyboard.PressAsync("Escape");
        await screen.Is("live");
        await Assertions.Expect(screen.Page.Locator("#banner")).ToBeHiddenAsync();
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "0 %");
        Assert.Empty(screen.Errors);
    }

    [Fact]
    public async Task Instant_that_is_not_kept_is_said_and_now_stays()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await screen.Page.Locator("#past-reach").SelectOptionAsync("30 days");
        await screen.Page.Locator("#past-at").FocusAsync();
        await screen.Page.Keyboard.PressAsync("Home");
        await Screen.Says(screen.Page.Locator(".toast"), "that is what is kept");
        await screen.Is("live");
    }

    [Fact]
    public async Task Past_is_fit_for_a_screen_reader()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        screen.Host.Past = screen.Host.City.Snapshot();
        await screen.Page.Locator("#past-at").FocusAsync();
        await screen.Page.Keyboard.PressAsync("ArrowLeft");
        await screen.Is("past");
        await Screen.Shows(screen.Page.GetByRole(AriaRole.Button, new() { Name = "Back to now" }));
        var violations = (await screen.Page.RunAxe()).Violations.Where(violation => violation.Impact is "serious" or "critical");
        Assert.True(!violations.Any(), string.Join('\n', violations.Select(violation => $"{violation.Id}: {violation.Help}")));
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Back to now" }).ClickAsync();
        await screen.Is("live");
    }

    private static async Task Choose(Screen screen, string words, string name)
    {
        await screen.Page.Locator("#tab-things").ClickAsync();
        await screen.Page.Locator("#search").FillAsync(words);
        await screen.Page.Locator($"[data-thing='{name}']").ClickAsync();
        await Screen.Shows(screen.Page.Locator("#detail-title"));
    }
}
