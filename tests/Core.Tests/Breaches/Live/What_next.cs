using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using CityTwin.Testing.Cities;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Live;

/// <summary>What a live compromise leads to, and which single containment helps.</summary>
public sealed class What_next
{
    private static readonly City City = AttackedHarbour.Of();
    private static readonly long Now = Rows.Start.ToUnixTimeMilliseconds();
    private static readonly AdversaryProfile State = City.Security.Profiles.Single(profile => profile.Id.Value == "state");

    private readonly Rows _rows = new(City);
    private readonly CityView _view = new(new CityIndex(City), "epoch");

    [Fact]
    public void Nothing_compromised_leads_to_nothing()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Suspected);

        var outlook = Look();

        Assert.Empty(outlook.From);
        Assert.Empty(outlook.Targets);
        Assert.Null(outlook.Best);
    }

    [Fact]
    public void A_compromised_workstation_leads_to_the_substation_in_fifteen_minutes_and_to_the_records_in_an_hour()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        var outlook = Look();

        Assert.Equal([(AttackedHarbour.Trip, 900_000L), (AttackedHarbour.Leak, 3_600_000L)], outlook.Targets.Select(target => (target.Step, target.AtTicks - Now)));
        Assert.Equal([AttackedHarbour.Account, AttackedHarbour.Hop, AttackedHarbour.Trip], outlook.Targets[0].Way);

        // The hospital's battery holds an hour; everybody counts once, though the harbour lacks power and water.
        Assert.Equal(
            [("harbour", "power", 900_000L, 300), ("harbour", "water", 900_000L, 300), ("hospital", "power", 4_500_000L, 40)],
            outlook.Targets[0].Dark.Select(dark => (dark.Zone.Value, dark.Service.Value, dark.AtTicks - Now, dark.People)));
        Assert.Equal((340, 0L), (outlook.Targets[0].Harm.PeopleDarkened, outlook.Targets[0].Harm.Records));

        // Over 72 h: 2 services of 300 people, and 40 people for one hour less.
        Assert.Equal(((600L * 72) + (40 * 71)) * 1000, outlook.Targets[0].Harm.PeopleThousandthHours, 1.0);
        Assert.Equal((500L, 0), (outlook.Targets[1].Harm.Records, outlook.Targets[1].Harm.PeopleDarkened));
        Assert.Equal((340, 500L, 2), (outlook.Harm.PeopleDarkened, outlook.Harm.Records, outlook.Harm.Targets));
    }

    [Fact]
    public void The_containment_that_leaves_least_harm_comes_first_and_isolation_tells_what_it_takes()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        var outlook = Look();

        Assert.Equal((AttackedHarbour.Workstation, default(Harm)), (outlook.Best!.Asset!.Value, outlook.Best.Harm));
        Assert.Equal(["workstation", "plc", "c-office", "records"], outlook.Containments.Select(NameOf));
        var office = outlook.Containments[2];
        Assert.Equal(300 * 72 * 600, office.Cost.PeopleThousandthHours, 1.0);
        Assert.Equal((office.Cost.PeopleThousandthHours, 500L), (office.Harm.PeopleThousandthHours, office.Harm.Records));
    }

    [Fact]
    public void Where_the_first_step_cannot_be_undone_the_next_best_is_named()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);
        Asset(AttackedHarbour.Vendor, AssetPosture.Compromised, AttackedHarbour.Remote);

        var outlook = Look();

        // Either way leads to the controller: only cutting that off keeps the lights on.
        Assert.Equal(AttackedHarbour.Plc, outlook.Best!.Asset);
        Assert.Equal((0L, 500L), (outlook.Best.Harm.PeopleThousandthHours, outlook.Best.Harm.Records));
    }

    [Fact]
    public void Whoever_may_have_moved_on_is_not_stopped_where_the_attack_began()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        // Ten minutes are enough to be in the controller, unseen.
        var outlook = Look(State, Now + 600_000);

        Assert.Equal(AttackedHarbour.Plc, outlook.Best!.Asset);
        Assert.Equal((340, 0L), outlook.Containments.Where(item => item.Asset == AttackedHarbour.Workstation).Select(item => (item.Harm.PeopleDarkened, item.Harm.Records)).Single());
    }

    [Fact]
    public void Contained_assets_and_isolated_conduits_are_closed()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);
        Conduit(AttackedHarbour.Office);
        Assert.Equal([AttackedHarbour.Leak], Look().Targets.Select(target => target.Step));

        Asset(AttackedHarbour.Records, AssetPosture.Contained);
        Assert.Empty(Look().Targets);

        Asset(AttackedHarbour.Workstation, AssetPosture.Contained, AttackedHarbour.Account);
        Assert.Empty(Look().From);
    }

    [Fact]
    public void A_profile_takes_no_step_beyond_its_skill_and_a_faster_one_is_sooner()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);
        Assert.Empty(Look(City.Security.Profiles.Single(profile => profile.Id.Value == "thief")).Targets);

        Assert.Equal(450_000, Look(State with { Speed = Estimate.Of(2) }).Targets[0].AtTicks - Now);
        Assert.Equal("state", Outlook.WorstProfile(City.Security)!.Id.Value);
    }

    [Fact]
    public void Time_that_has_passed_since_the_compromise_counts()
    {
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        var later = Look(State, Now + 1_000_000);

        Assert.Equal(Now + 900_000, later.Targets[0].AtTicks);
        Assert.Equal(Now + 1_000_000, later.Targets[0].Dark[0].AtTicks, 1.0);
    }

    [Fact]
    public void What_is_dark_already_is_not_blamed_on_the_attack()
    {
        _view.Apply([_rows.Command("pump", 0), _rows.Batch("pump", 0, ("pump", 0))]);
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        Assert.DoesNotContain(Look().Targets[0].Dark, dark => dark.Service == HarbourCity.Water);
    }

    [Fact]
    public void What_goes_dark_anyway_is_not_blamed_on_the_attack()
    {
        // The cable is cut: the hospital's battery is running down already, and only the pump is left to lose.
        CutCable();
        Asset(AttackedHarbour.Workstation, AssetPosture.Compromised, AttackedHarbour.Account);

        var target = Look().Targets[0];

        Assert.Equal([("harbour", "water")], target.Dark.Select(dark => (dark.Zone.Value, dark.Service.Value)));
        Assert.Equal((300, 300 * 72 * 1000), (target.Harm.PeopleDarkened, target.Harm.PeopleThousandthHours));
    }

    [Fact]
    public void The_view_counts_assets_in_their_zones_and_forgets_those_that_are_gone()
    {
        Asset(AttackedHarbour.Plc, AssetPosture.Compromised, AttackedHarbour.Hop);
        Asset(AttackedHarbour.Workstation, AssetPosture.Suspected);
        var north = _view.Current.Index.Find(new ZoneId("north"))!.Value;
        Assert.Equal((1, 1, 0), Counts(north));
        Assert.Equal(_view.Current.Seq, _view.Current.AttackAt);

        _view.Apply([_rows.Row(PublishedKind.Asset, AttackedHarbour.Plc.Value, null)]);
        Assert.Equal((1, 0, 0), Counts(north));

        (int, int, int) Counts(int zone)
        {
            var tally = ZoneRules.StatusOf(_view.Current, zone).Tally;
            return (tally.AssetsSuspected, tally.AssetsCompromised, tally.AssetsContained);
        }
    }

    /// <summary>As the rules settle it, batteries and all.</summary>
    private void CutCable()
    {
        var kernel = _view.Current.Index.Kernel;
        var state = KernelState.Begin(kernel, Now - 2_000);
        state.Settle(Now - 1_000, [new(kernel.IndexOf(new("cable")), 0)], []);
        _view.Apply([_rows.Row(PublishedKind.Batch, $"{1:D19}", new BatchDecided(
            1, Now - 1_000, City.Hash, [new(new("cable"), 1, 0, new("command", 0, "anna", "storm", Rows.Start))], [],
            [.. kernel.Segments.Select((id, place) => new SegmentSettled(id, state.LevelOf(place), state.OperatorOf(place), null)).OrderBy(settled => settled.Segment)]))]);
    }

    private OutlookReport Look(AdversaryProfile? profile = null, long? now = null) =>
        Outlook.Of(_view.Current, profile ?? State, now ?? Now, cancellation: TestContext.Current.CancellationToken);

    private void Asset(AssetId asset, AssetPosture posture, params StepId[] reached) => _view.Apply([_rows.Row(
        PublishedKind.Asset, asset.Value, new AssetStatus(
            asset, _rows.Seq + 1, posture, Rows.Start, [.. reached.Select(step => new ReachedStep(step, Rows.Start, AttackedHarbour.Siem, null))], [], null, null))]);

    private void Conduit(ConduitId conduit) => _view.Apply([_rows.Row(
        PublishedKind.Conduit, conduit.Value, new ConduitStatus(conduit, _rows.Seq + 1, new("anna", "worm", Rows.Start), null))]);

    private static string NameOf(Containment containment) => containment.Asset?.Value ?? containment.Conduit!.Value.Value;
}
