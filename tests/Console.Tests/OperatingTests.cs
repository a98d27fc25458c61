using CityTwin.Console.Tests.Hosting;
using CityTwin.Protocol.V1;
using Deque.AxeCore.Playwright;
using Google.Protobuf;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.Console.Tests;

/// <summary>What an operator does with the console: with the mouse, with the keyboard alone, and through a screen reader.</summary>
public sealed class OperatingTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private static readonly string[] _graveImpacts = ["serious", "critical"];

    [Fact]
    public async Task Acknowledging_posts_who_did_and_the_list_follows()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Raise("leak", AlertSeverity.Serious, "Leak at the mill", "zones/mill"));
        await screen.Page.GetByLabel("Operator").FillAsync("Ada");
        await screen.Page.GetByLabel("Operator").PressAsync("Enter");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Ack: Leak at the mill" }).ClickAsync();
        await Screen.Shows(screen.Page.Locator("[data-alert='alerts/leak'][data-state=acknowledged]"));
        await Screen.Says(screen.Page.Locator("#alerts"), "noted by Ada");
        var (path, body) = Assert.Single(screen.Host.Posts);
        Assert.Equal("alerts/leak:acknowledge", path);
        Assert.Equal("Ada", JsonParser.Default.Parse<AcknowledgeAlertRequest>(body).Principal);
    }

    [Fact]
    public async Task Refused_order_is_told_in_the_servers_words_and_given_once()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Raise("leak", AlertSeverity.Serious, "Leak at the mill", "zones/mill"));
        screen.Host.Refusal = "Its cause is gone.";
        await screen.Page.GetByLabel("Operator").FillAsync("Ada");
        await screen.Page.GetByLabel("Operator").PressAsync("Enter");
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Ack: Leak at the mill" }).ClickAsync();
        await Assertions.Expect(screen.Page.Locator(".toast")).ToHaveTextAsync("Its cause is gone. ×", new() { Timeout = Screen.DeadlineMilliseconds });
        Assert.Single(screen.Host.Posts);
    }

    [Fact]
    public async Task Alert_is_not_acknowledged_by_nobody()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Raise("leak", AlertSeverity.Serious, "Leak at the mill", "zones/mill"));
        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Ack: Leak at the mill" }).ClickAsync();
        await Screen.Shows(screen.Page.GetByRole(AriaRole.Dialog));
        await screen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Acknowledge", Exact = true }).ClickAsync();
        await Screen.Says(screen.Page.Locator("#command-fault"), "Say who");
        Assert.Empty(screen.Host.Posts);
    }

    [Fact]
    public async Task Keyboard_alone_finds_a_segment_fails_it_and_restores_it()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        var keyboard = screen.Page.Keyboard;
        await Reach(screen, "[role=tab][aria-selected=true]");
        await keyboard.PressAsync("ArrowRight");
        await Screen.Shows(screen.Page.Locator("#search"));
        await Reach(screen, "#search");
        await keyboard.TypeAsync("substation north");
        await Screen.Says(screen.Page.GetByRole(AriaRole.Status).Filter(new() { HasText = "found" }), "1 found");
        await Reach(screen, "[data-thing='segments/substation-north']");
        await keyboard.PressAsync("Enter");
        await Screen.Says(screen.Page.Locator("#detail-title"), "Substation North");
        await Order(screen, "Fail", "a drill");
        await Screen.Says(screen.Page.Locator(".detail"), "a test of the console");
        await Order(screen, "Restore", "the drill is over");
        await Assertions.Expect(screen.Page.Locator("#chain")).ToHaveCountAsync(0);
        Assert.Equal(["segments/substation-north:fail", "segments/substation-north:restore"], screen.Host.Posts.Select(post => post.Path));
        var order = JsonParser.Default.Parse<FailSegmentRequest>(screen.Host.Posts.First().Body);
        Assert.Equal(("Ada", "a drill", 0, 32), (order.Principal, order.Reason, order.LevelPermille, order.RequestId.Length));
    }

    [Fact]
    public async Task Keyboard_alone_moves_the_map_and_selects_what_lies_in_its_middle()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await Reach(screen, "#map");
        await screen.Page.Keyboard.PressAsync("ArrowUp");
        await screen.Page.Keyboard.PressAsync("ArrowLeft");
        await screen.Page.Keyboard.PressAsync("+");
        await screen.Page.Keyboard.PressAsync("Enter");
        await Screen.Shows(screen.Page.Locator("#detail-title"));
        await Reach(screen, ".close");
        await screen.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(screen.Page.Locator(".detail")).ToHaveCountAsync(0);
        await Assertions.Expect(screen.Page.Locator("#map")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Service_is_chosen_with_the_arrows()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        await Reach(screen, "[role=radio][aria-checked=true]");
        await screen.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(screen.Page.Locator("[role=radio][data-service=health]")).ToHaveAttributeAsync("aria-checked", "true");
        await Assertions.Expect(screen.Page.Locator("[role=radio][data-service=health]")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Page_has_no_serious_barrier_in_any_of_its_states()
    {
        await using var screen = await Screen.Open(fixture.Browser, prepare: city => city.Raise("leak", AlertSeverity.Serious, "Leak at the mill", "zones/mill"));

        // Contrast is judged of what stands, not of a dialog that is just fading in.
        await screen.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await HasNoBarrier(screen, "as opened");
        screen.Host.City.Set("segments/substation-north", 0);
        await screen.Page.Locator("#tab-cascades").ClickAsync();
        await screen.Page.Locator("#cascades .link").First.ClickAsync();
        await Screen.Shows(screen.Page.Locator("#chain"));
        await screen.Page.Locator(".fold").ClickAsync();
        await Screen.Shows(screen.Page.Locator("#grain-body pre").First);
        await HasNoBarrier(screen, "with details");
        await screen.Page.Locator("#tab-things").ClickAsync();
        await screen.Page.Locator("[data-command=Fail]").ClickAsync();
        await Screen.Shows(screen.Page.Locator("#command-reason"));
        await HasNoBarrier(screen, "with a dialog");
        await screen.Page.Keyboard.PressAsync("Escape");
        screen.Host.IsWatchOpen = false;
        screen.Host.CutWatches();
        await screen.Is("lost");
        await HasNoBarrier(screen, "disconnected");
    }

    [Fact]
    public async Task Page_asks_no_other_server_and_runs_no_inline_script()
    {
        await using var screen = await Screen.Open(fixture.Browser);
        Assert.All(screen.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)), url => Assert.StartsWith(screen.Host.Address.ToString(), url.Replace("ws:", "http:", StringComparison.Ordinal), StringComparison.Ordinal));
        var answer = await screen.Page.APIRequest.GetAsync(screen.Host.Address.ToString());
        var policy = answer.Headers["content-security-policy"];
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers["x-content-type-options"]);
        Assert.Empty(screen.Errors);
    }

    private static async Task Order(Screen screen, string verb, string reason)
    {
        await Reach(screen, $"[data-command={verb}]");
        await screen.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(screen.Page.Locator("#command-reason")).ToBeFocusedAsync(new() { Timeout = Screen.DeadlineMilliseconds });
        await screen.Page.Keyboard.TypeAsync(reason);
        await Reach(screen, "#command-who");
        await screen.Page.Keyboard.PressAsync("Control+A");
        await screen.Page.Keyboard.TypeAsync("Ada");
        await screen.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(screen.Page.Locator("#command-reason")).ToHaveCountAsync(0, new() { Timeout = Screen.DeadlineMilliseconds });
    }

    // Presses Tab until the focus is there; the whole page has far fewer stops than this.
    private static async Task Reach(Screen screen, string selector)
    {
        const int stopsMax = 120;
        for (var stop = 0; stop < stopsMax; stop++)
        {
            if (await screen.Page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector) ?? false", selector))
            {
                return;
            }

            await screen.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The Tab key never reaches {selector}.");
    }

    private static async Task HasNoBarrier(Screen screen, string state)
    {
        var found = await screen.Page.RunAxe();
        var grave = found.Violations.Where(violation => _graveImpacts.Contains(violation.Impact))
            .Select(violation => $"{violation.Id}: {string.Join(" | ", violation.Nodes.Take(5).Select(node => node.Html))}");
        Assert.True(!grave.Any(), $"{state}: {string.Join("\n", grave)}");
    }
}
