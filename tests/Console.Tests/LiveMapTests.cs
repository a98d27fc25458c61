using CityTwin.Console.Tests.Hosting;
using CityTwin.Protocol.V1;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.Console.Tests;

/// <summary>What the console shows of a city while it changes, and what it says when it can no longer know.</summary>
public sealed class LiveMapTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private static readonly (int Red, int Green, int Blue) _dark = (255, 140, 171);
    private static readonly (int Red, int Green, int Blue) _normal = (44, 119, 152);

    [Fact]
    public async Task Page_shows_the_city_and_says_that_its_data_are_a_sample()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await Screen.Says(screen.Page.Locator("h1"), "Testhaven");
        await Screen.Says(screen.Page.Locator("#sample"), "Sample data");
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "100 %");
        await Screen.Becomes(() => screen.Pixels(_normal.Red, _normal.Green, _normal.Blue), count => count > 100);
        Assert.Equal(0, await screen.Pixels(_dark.Red, _dark.Green, _dark.Blue));
        Assert.Empty(screen.Errors);
    }

    [Fact]
    public async Task Changed_level_changes_the_picture_and_the_figures()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        screen.Host.City.Set("segments/substation-north", 0);
        await Screen.Becomes(() => screen.Pixels(_dark.Red, _dark.Green, _dark.Blue), count => count > 100);
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "0 %");
        await Screen.Says(screen.Page.GetByText("People affected").Locator(".."), "2\u2009000");
        screen.Host.City.Set("segments/substation-north", 1000);
        await Screen.Becomes(() => screen.Pixels(_dark.Red, _dark.Green, _dark.Blue), count => count == 0);
        await Screen.Says(screen.Page.Locator(".service[data-service=power]"), "100 %");
    }

    [Fact]
    public async Task Cascade_is_listed_with_its_root_and_what_fell()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await screen.Page.Locator("#tab-cascades").ClickAsync();
        screen.Host.City.Set("segments/substation-north", 0);
        await Screen.Says(screen.Page.Locator("#cascades li").First, "4 fell");
        await Screen.Says(screen.Page.Locator("#cascades li").First, "Substation North");
        screen.Host.City.Set("segments/substation-north", 1000);
        await Screen.Says(screen.Page.Locator("#cascades li").First, "4 rose");
    }

    [Fact]
    public async Task Cascades_from_before_the_page_was_opened_are_listed_and_can_be_shown_again()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Set("segments/substation-south", 300));
        await screen.Page.Locator("#tab-cascades").ClickAsync();
        await Screen.Says(screen.Page.Locator("#cascades li").First, "3 fell");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Show cascade 1 on the map again" }).ClickAsync();
        await screen.Page.Locator("#cascades .link").First.ClickAsync();
        await Screen.Says(screen.Page.Locator("#detail-title"), "Substation South");
        Assert.Empty(screen.Errors);
    }

    [Fact]
    public async Task Thing_on_the_map_tells_its_status_cause_chain_and_grain_state_when_clicked()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        screen.Host.City.Set("segments/substation-north", 0);
        var map = screen.Page.Locator("#map");
        var box = await map.BoundingBoxAsync() ?? throw new InvalidOperationException("The map has no place.");
        await map.ClickAsync(new() { Position = new Microsoft.Playwright.Position { X = box.Width * 0.35f, Y = box.Height * 0.15f } });
        await Screen.Says(screen.Page.Locator("#detail-title"), "Mill");
        await Screen.Says(screen.Page.Locator(".detail"), "Power");
        await Screen.Says(screen.Page.Locator("#chain"), "substation-north");
        await Screen.Says(screen.Page.Locator("#chain"), "a test of the console");
        await screen.Page.Locator(".fold").ClickAsync();
        await Screen.Says(screen.Page.Locator("#grain-body"), "Stored version");
    }

    [Fact]
    public async Task Lost_connection_is_said_and_the_next_one_brings_what_was_missed()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        screen.Host.IsWatchOpen = false;
        screen.Host.CutWatches();
        await screen.Is("lost");
        await Screen.Shows(screen.Page.Locator("#banner"));
        await Screen.Says(screen.Page.Locator("#banner"), "Disconnected");
        await Screen.Says(screen.Page.Locator("#banner-age"), "old");
        screen.Host.City.Set("segments/substation-south", 0);
        screen.Host.IsWatchOpen = true;
        await screen.Is("live");
        await Assertions.Expect(screen.Page.Locator("#banner")).ToBeHiddenAsync();
        await Screen.Becomes(() => screen.Pixels(_dark.Red, _dark.Green, _dark.Blue), count => count > 100);
    }

    [Fact]
    public async Task Silent_connection_is_called_stale()
    {
        await using var screen = await Screen.Open(fixture.Browser, hasOwnClock: true);
        await screen.Page.Clock.RunForAsync(13_000);
        await screen.Is("stale");
        await Screen.Says(screen.Page.Locator("#banner"), "No word from the city");
        screen.Host.City.Set("segments/substation-north", 500);
        await screen.Is("live");
    }

    [Fact]
    public async Task Page_recovers_by_itself_when_the_server_was_killed_and_came_back()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Raise("leak", AlertSeverity.Serious, "Leak at the mill", "zones/mill"));
        await screen.RestartServer(() => screen.Is("lost"));
        await screen.Is("live");
        await Screen.Says(screen.Page.Locator("#alerts"), "Leak at the mill");
        await Screen.Says(screen.Page.Locator("#sensor-counts"), "2/2");
    }
}
