using CityTwin.Console.Tests.Hosting;
using CityTwin.Protocol.V1;
using Deque.AxeCore.Playwright;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Playwright;
using Xunit;

namespace CityTwin.Console.Tests;

/// <summary>What an operator sees and orders while the city is under attack.</summary>
public sealed class AttackTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    private static readonly string[] _graveImpacts = ["serious", "critical"];

    [Fact]
    public async Task A_compromise_shows_what_follows_and_isolating_takes_a_reason()
    {
        await using var screen = await Open();
        await Screen.Says(screen.Page.Locator("[data-target=step-trip]"), "in 15 min 0 s");
        await Screen.Says(screen.Page.Locator("[data-target=step-trip]"), "340 people");
        await Screen.Says(screen.Page.Locator("#outlook"), "isolate Office to control, which costs 7 people-hours");
        await Screen.Says(screen.Page.Locator("[data-asset='assets/plc']"), "Compromised");

        await screen.Page.GetByRole(AriaRole.Button, new() { Name = "Isolate Office to control" }).ClickAsync();
        // The dialog puts the focus there once it is shown; what is typed elsewhere before would end there.
        await Assertions.Expect(screen.Page.Locator("#command-reason")).ToBeFocusedAsync(new() { Timeout = Screen.DeadlineMilliseconds });
        await screen.Page.GetByRole(AriaRole.Dialog).GetByLabel("Operator").FillAsync("Ada");
        await screen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Isolate", Exact = true }).ClickAsync();
        await Screen.Says(screen.Page.Locator("#command-fault"), "Say why.");
        Assert.Empty(screen.Host.Posts);
        await screen.Page.GetByRole(AriaRole.Dialog).GetByLabel("Reason").FillAsync("worm");
        await screen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Isolate", Exact = true }).ClickAsync();
        await Screen.Says(screen.Page.Locator(".toast"), "Office to control: isolated.");

        var (path, body) = Assert.Single(screen.Host.Posts);
        var order = JsonParser.Default.Parse<IsolateConduitRequest>(body);
        Assert.Equal(("conduits/c-office:isolate", "Ada", "worm", 32), (path, order.Principal, order.Reason, order.RequestId.Length));
    }

    [Fact]
    public async Task The_attack_tab_has_no_grave_fault_of_access()
    {
        await using var screen = await Open();

        var found = await screen.Page.RunAxe();

        Assert.Empty(found.Violations.Where(violation => _graveImpacts.Contains(violation.Impact)).Select(violation => violation.Id));
    }

    private async Task<Screen> Open()
    {
        var screen = await Screen.Open(fixture.Browser);
        screen.Host.Assets.Add(new Asset { Name = "assets/plc", DisplayName = "Controller", Posture = AssetPosture.Compromised });
        screen.Host.Conduits.Add(new Conduit { Name = "conduits/c-office", DisplayName = "Office to control", Carries = { new CarriedSegment { Segment = "segments/substation-north", LevelPermille = 400 } } });
        screen.Host.Outlook = new Outlook
        {
            Profile = "profiles/state",
            Horizon = Duration.FromTimeSpan(TimeSpan.FromDays(3)),
            Sources = { new OutlookSource { Asset = "assets/plc", Step = "step-hop" } },
            Targets =
            {
                new OutlookTarget
                {
                    Step = "step-trip", DisplayName = "Trip the substation", TimeToReach = Duration.FromTimeSpan(TimeSpan.FromMinutes(15)),
                    Harm = new Harm { PeopleDarkened = 340 }, DarkServices = { new DarkService { Zone = "zones/mill", Service = "power" } },
                },
            },
            Harm = new Harm { PeopleHours = 100 },
            Best = new Containment { Name = "conduits/c-office", Harm = new Harm { PeopleHours = 7 }, Cost = new Harm { PeopleHours = 7 } },
        };
        await screen.Page.Locator("#tab-attack").ClickAsync();
        await Screen.Shows(screen.Page.Locator("#assets"));
        return screen;
    }
}
