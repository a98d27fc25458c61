using System.Text;
using System.Text.Json;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using CityTwin.Testing.Cities;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>One run told again, on models small enough to know what it must say.</summary>
public sealed class Replayed_run
{
    private static readonly SegmentId Substation = new("substation");

    [Fact]
    public void A_replay_is_the_run_that_the_tally_counts()
    {
        var job = Job(Uncertain(), runs: 200);
        var tally = job.Run(0, TestContext.Current.CancellationToken).Tally;

        var facts = Enumerable.Range(0, 200).Select(run => ReplayFacts.Of(job.Plan, run, [])).ToList();

        Assert.Equal(tally.Counts[(int)BreachCount.Succeeded], facts.Count(one => one.HasSucceeded));
        Assert.Equal(tally.Counts[(int)BreachCount.Detected], facts.Count(one => one.DetectedAt is not null));
        Assert.Equal(tally.Counts[(int)BreachCount.Interrupted], facts.Count(one => one.InterruptedAt is not null));
        Assert.Equal((long)tally.PersonHours.Moments.Sum, facts.Sum(one => one.LostThousandthHours));
        Assert.InRange(facts.Count(one => one.HasSucceeded), 1, 199);
    }

    [Fact]
    public void A_replay_tells_the_same_each_time()
    {
        var job = Job(Uncertain());

        Assert.Equal(
            ReplayJson.Write(Replay.Of(job, 7, TestContext.Current.CancellationToken)),
            ReplayJson.Write(Replay.Of(Job(Uncertain()), 7, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public void Without_the_conduit_the_critical_service_stays_up()
    {
        var replay = Replay.Of(Job(ThroughAConduit()), 0, TestContext.Current.CancellationToken);

        var first = replay.Counterfactuals[0];
        Assert.True(replay.Facts.HasSucceeded);
        Assert.Equal(new Change(ChangeKind.Conduit, "c7"), first.Change);
        Assert.True(first.IsDecisive);
        Assert.Equal("hospital", Assert.Single(first.Saved).Zone.Value);
        Assert.Equal(replay.Facts.LostThousandthHours, first.SavedThousandthHours);
        Assert.Contains(
            "Without the conduit 'The seventh', the attack fails; power at hospital stays up", new ReplayWords(replay).Sentence(first), StringComparison.Ordinal);
    }

    [Fact]
    public void A_battery_for_the_camera_is_tried_though_no_service_fell()
    {
        var model = SecurityOf(
            [
                Cyber("entry", StepLogic.Any, [], Duration.None),
                Cyber("cut-power", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null, new Manipulation(new("camera-power"), 0)),
                Cyber("act", StepLogic.Any, ["cut-power"], Duration.Constant(60), 1, [Noticed(1, sensor: "eye")]),
            ],
            Adversary(["entry"]), Answer(Duration.Constant(1))) with
        {
            Defences = [new(new("battery"), "Battery", "battery", Estimate.One, [new BackupAdded(new(new("camera-supply"), new(1000, 24 * Hour, null)))])],
        };
        var harbour = HarbourCity.Of();
        var city = With(model, harbour with
        {
            Segments =
            [
                .. harbour.Segments.Concat(
                [
                    new Segment(new("camera-power"), "Camera power", "feeder", HarbourCity.Power, new("harbour"), [new(4.5, 51.9)], new(), false),
                    new Segment(new("camera-supply"), "Camera supply", "feeder", HarbourCity.Power, new("harbour"), [new(4.5, 51.9)], new(Supply: new Supplier(new("camera-power"))), false),
                ]).OrderBy(segment => segment.Id),
            ],
            Sensors = [.. harbour.Sensors.Append(harbour.Sensors.Single(sensor => sensor.Id == new SensorId("camera")) with { Id = new("eye"), Availability = new Supplier(new("camera-supply")) }).OrderBy(sensor => sensor.Id)],
        });
        var job = new BreachJob(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario(["act"]));

        var replay = Replay.Of(job, 0, TestContext.Current.CancellationToken);

        Assert.True(replay.Facts is { HasSucceeded: true, HasFallen: false });
        Assert.True(Assert.Single(replay.Counterfactuals, one => one.Change == new Change(ChangeKind.Defence, "battery")).IsDecisive);
    }

    [Fact]
    public void A_defence_that_touches_nothing_the_run_did_is_not_tried_and_a_target_is_not_taken_away()
    {
        var model = ThroughAConduit() with
        {
            Defences =
            [
                new(new("elsewhere"), "Elsewhere", "patch", Estimate.One, [new StepDisabled(new("aside"))]),
                new(new("slower"), "Slower", "patch", Estimate.One, [new StepSlower(new("cross"), Estimate.Of(2))]),
            ],
        };

        var tried = Replay.Of(Job(model), 0, TestContext.Current.CancellationToken).Counterfactuals.Select(one => one.Change.Id);

        Assert.Equal(["c7", "cross", "entry", "slower"], tried.Order());
    }

    [Fact]
    public void The_story_says_why_a_step_was_not_noticed()
    {
        var steps = new[]
        {
            Physical("climb", "street", "yard", Duration.Constant(5), [Noticed(1e-9, sensor: "breaker")]),
            Physical("cut", "yard", "yard", Duration.Constant(60), [Noticed(1, sensor: "camera")]),
        };
        var story = Story(SecurityOf(steps, Adversary(start: "street")), ["cut"], new CeilingEvent(0, new("cable"), 0, "storm"));

        Assert.Equal(UnseenBecause.Chance, story.Single(line => line is { Kind: StoryKind.Unseen, Subject: "breaker" }).Why);
        Assert.Equal(UnseenBecause.Dark, story.Single(line => line is { Kind: StoryKind.Unseen, Subject: "camera" }).Why);

        var blinded = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None, 1, null, new LossOfView([new("camera")], true)),
            Cyber("act", StepLogic.Any, ["entry"], Duration.Constant(60), 1, [Noticed(1, sensor: "camera")]),
        };
        Assert.Equal(
            UnseenBecause.Blind, Story(SecurityOf(blinded, Adversary(["entry"])), ["act"]).Single(line => line.Kind == StoryKind.Unseen).Why);
    }

    [Fact]
    public void The_tale_has_times_names_and_levels_before_and_after()
    {
        var replay = Replay.Of(Job(ThroughAConduit()), 0, TestContext.Current.CancellationToken);
        using var writer = new StringWriter { NewLine = "\n" };
        ReplayText.Write(writer, replay);

        var text = writer.ToString();
        Assert.Contains("given that someone tries", text, StringComparison.Ordinal);
        Assert.Contains("  0:10:00  Power falls from 100 % to 0 %: harbour.", text, StringComparison.Ordinal);
        Assert.Contains("  1:10:00  Power falls from 100 % to 0 %: hospital.", text, StringComparison.Ordinal);
        Assert.Contains("The attack succeeds after 0:10:00; never noticed; nobody comes", text, StringComparison.Ordinal);
        Assert.Contains("Below what is critical: power at hospital.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_sensors_that_go_blind_at_once_share_a_sentence()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("cut", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null,
                new LossOfView([new("breaker"), new("camera"), new("meter-00000"), new("meter-00001")], false)),
        };

        var tale = new ReplayWords(Replay.Of(Job(SecurityOf(steps, Adversary(["entry"]))), 0, TestContext.Current.CancellationToken)).Tale();

        Assert.Contains(new TaleLine(60_000, "4 sensors see nothing from now on: Breaker, Camera, Meter 0 and 1 more."), tale);
        Assert.Contains(tale, line => line.Text == "substation can no longer be switched from afar.");
    }

    [Fact]
    public void The_json_of_a_replay_can_be_read_by_a_program()
    {
        var replay = Replay.Of(Job(ThroughAConduit()), 0, TestContext.Current.CancellationToken);

        using var json = JsonDocument.Parse(Encoding.UTF8.GetString(ReplayJson.Write(replay)));

        Assert.Equal("that someone tries", json.RootElement.GetProperty("given").GetString());
        Assert.Equal(replay.Story.Length, json.RootElement.GetProperty("story").GetArrayLength());
        Assert.Equal(600, json.RootElement.GetProperty("outcome").GetProperty("succeededAt").GetInt32());
        Assert.Equal("conduit", json.RootElement.GetProperty("counterfactuals")[0].GetProperty("changes").GetString());
    }

    private static BreachJob Job(SecurityModel model, int runs = 100)
    {
        var city = With(model);
        return new(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario(["cut"]) with { Runs = runs });
    }

    private static List<StoryLine> Story(SecurityModel model, string[] targets, params ScenarioEvent[] events)
    {
        var story = new List<StoryLine>();
        new BreachRun(Plan(With(model), Scenario(targets, events: events))).Go(0, story);
        return story;
    }

    private static SecurityModel ThroughAConduit() => SecurityOf(
        [
            Cyber("aside", StepLogic.Any, ["entry"], Duration.Constant(1)),
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("cross", StepLogic.Any, ["entry"], Duration.Constant(300)) with { Through = new("c7") },
            Cyber("cut", StepLogic.Any, ["cross"], Duration.Constant(300), 1, null, new Destruction(Substation, 0, Duration.Constant(36_000))),
        ],
        Adversary(["entry"])) with
    {
        Conduits = [new(new("c7"), "The seventh", new("a"), new("b"), 1, 1, [])],
    };

    private static SecurityModel Uncertain() => SecurityOf(
        [
            Physical("climb", "street", "yard", Duration.Exponential(60), [Noticed(0.6, sensor: "camera")]),
            Physical("cut", "yard", "yard", Duration.Exponential(90), [Noticed(0.3)], new Destruction(Substation, 0, Duration.Exponential(7_200))),
        ],
        Adversary(start: "street", neutralisation: 0.7), physical: Answer(Duration.Exponential(90), 0.9));
}
