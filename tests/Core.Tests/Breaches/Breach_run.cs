using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using CityTwin.Testing.Cities;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

public sealed class Breach_run
{
    private static readonly SegmentId Substation = new("substation");

    [Fact]
    public void A_step_is_reached_after_its_earliest_or_its_latest_parent()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("quick", StepLogic.Any, ["entry"], Duration.Constant(10)),
            Cyber("slow", StepLogic.Any, ["entry"], Duration.Constant(60)),
            Cyber("either", StepLogic.Any, ["quick", "slow"], Duration.Constant(5)),
            Cyber("both", StepLogic.All, ["quick", "slow"], Duration.Constant(5)),
        };

        var outcome = RunOnce(SecurityOf(steps, Adversary(["entry"])), ["either", "both"]);

        Assert.Equal([65_000L, 15_000L], outcome.TargetAt); // both, either
        Assert.Equal(65_000, outcome.SucceededAt);
    }

    [Fact]
    public void One_hand_takes_one_cyber_step_at_a_time_and_the_nearest_to_the_target_first()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("a-long-way", StepLogic.Any, ["entry"], Duration.Constant(100)),
            Cyber("long-way-end", StepLogic.Any, ["a-long-way"], Duration.Constant(100)),
            Cyber("short-way", StepLogic.Any, ["entry"], Duration.Constant(10)),
            Cyber("target", StepLogic.Any, ["long-way-end", "short-way"], Duration.Constant(10)),
        };

        Assert.Equal(20_000, RunOnce(SecurityOf(steps, Adversary(["entry"], hands: 1)), ["target"]).SucceededAt);
    }

    [Fact]
    public void Entries_are_there_before_the_only_hand_takes_what_one_of_them_opens()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("inside", StepLogic.Any, ["entry"], Duration.Constant(100)),
            Cyber("far", StepLogic.Any, ["entry"], Duration.Constant(300)),
            Cyber("far-end", StepLogic.Any, ["far"], Duration.Constant(300)),
            Cyber("near", StepLogic.Any, ["inside"], Duration.Constant(10)),
            Cyber("target", StepLogic.Any, ["far-end", "near"], Duration.Constant(10)),
        };

        var outcome = RunOnce(SecurityOf(steps, Adversary(["entry", "inside"], hands: 1)), ["inside", "target"]);

        Assert.Equal([0L, 20_000L], outcome.TargetAt);
        Assert.Equal(20_000, outcome.SucceededAt);
    }

    [Fact]
    public void A_switched_segment_takes_down_what_a_what_if_of_the_same_ceiling_takes_down()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("open", StepLogic.Any, ["entry"], Duration.Constant(600), 1, null, new Manipulation(Substation, 0)),
        };
        var model = SecurityOf(steps, Adversary(["entry"])) with
        {
            Response = ResponsePlan.None with { Switching = Duration.Constant(1_800) },
        };
        var city = With(model);
        var scenario = Scenario(["open"]);
        var run = new BreachRun(Plan(city, scenario));
        run.Go(0);

        var report = Simulator.Run(city, SimulationStart.New(city, SimulationStart.DefaultAt), new(
            "same", null, null, scenario.HorizonTicks,
            [new CeilingEvent(600_000, Substation, 0, "breach"), new CeilingEvent(2_400_000, Substation, 1000, "breach")], CityPatch.None, 1), cancellation: TestContext.Current.CancellationToken);

        Assert.All(report.Services.Select((service, number) => (service, number)), pair => Assert.Equal(
            pair.service.LostThousandthHours,
            run.Course.Touched.Contains(pair.number) ? PeopleRules.ThousandthHours(run.Course.Lost(pair.number)) : 0));
        Assert.Contains(report.Services, service => service.LostThousandthHours > 0);
        Assert.Equal(2_400_000, run.Outcome.RestoredAt);
    }

    [Fact]
    public void A_scenario_whose_attack_cannot_begin_fares_as_the_what_if_of_its_events()
    {
        var steps = new[] { Cyber("never", StepLogic.Any, [], Duration.None) };
        var city = With(SecurityOf(steps, Adversary()));
        ScenarioEvent[] events =
        [
            new CeilingEvent(0, new("cable"), 0, "storm"),
            new CeilingEvent(2 * Hour, new("cable"), 1000, "storm"),
            new CeilingEvent(2 * Hour, Substation, 300, "storm"),
            new StartEvent(3 * Hour, [new("pump")]),
        ];
        var run = new BreachRun(Plan(city, Scenario(["never"], events: events)));
        run.Go(0);

        var report = Simulator.Run(city, SimulationStart.New(city, SimulationStart.DefaultAt), new(
            "same", null, null, 24 * Hour, [.. events], CityPatch.None, 1), cancellation: TestContext.Current.CancellationToken);

        Assert.All(report.Services.Select((service, number) => (service, number)), pair => Assert.Equal(
            pair.service.LostThousandthHours, PeopleRules.ThousandthHours(run.Course.Lost(pair.number))));
        Assert.Null(run.Outcome.SucceededAt);
    }

    [Fact]
    public void A_camera_without_power_sees_nobody()
    {
        var steps = new[] { Physical("cut", "yard", "yard", Duration.Constant(60), [Noticed(1, sensor: "camera")]) };
        var model = SecurityOf(steps, Adversary(start: "yard"), physical: Answer(Duration.Constant(10)));

        Assert.NotNull(RunOnce(model, ["cut"]).InterruptedAt);
        var dark = RunOnce(model, ["cut"], new CeilingEvent(0, new("cable"), 0, "storm"));

        // The city's events come first: whoever looks in the same instant looks without light.
        Assert.Null(dark.DetectedAt);
        var later = new[]
        {
            Physical("climb", "street", "yard", Duration.Constant(5)),
            steps[0],
        };
        var darkLater = RunOnce(
            SecurityOf(later, Adversary(start: "street"), physical: Answer(Duration.Constant(10))), ["cut"], new CeilingEvent(0, new("cable"), 0, "storm"));
        Assert.Null(darkLater.DetectedAt);
        Assert.Equal(65_000, darkLater.SucceededAt);
    }

    [Fact]
    public void A_blinded_sensor_notices_nothing_and_moves_no_level()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None, 1, null, new LossOfView([new("camera")], true)),
            Cyber("act", StepLogic.Any, ["entry"], Duration.Constant(60), 1, [Noticed(1, sensor: "camera")]),
        };

        var outcome = RunOnce(SecurityOf(steps, Adversary(["entry"]), Answer(Duration.Constant(1))), ["act"]);

        Assert.Null(outcome.DetectedAt);
        Assert.False(outcome.HasFallen);
        Assert.NotNull(outcome.SucceededAt);
    }

    [Fact]
    public void What_the_attack_begins_with_does_its_work_though_it_leads_to_no_target()
    {
        var steps = new[]
        {
            Cyber("show-old-pictures", StepLogic.Any, [], Duration.None, 1, null, new LossOfView([new("camera")], true)),
            Physical("saw", "yard", "yard", Duration.Constant(60), [Noticed(1, sensor: "camera")]),
        };

        var blinded = RunOnce(SecurityOf(steps, Adversary(["show-old-pictures"], "yard")), ["saw"]);
        var seen = RunOnce(SecurityOf(steps, Adversary(start: "yard")), ["saw"]);

        Assert.Null(blinded.DetectedAt);
        Assert.Equal(0, seen.DetectedAt);
    }

    [Fact]
    public void What_was_switched_waits_for_a_crew_once_control_is_lost()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("jam", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null, new LossOfControl([Substation])),
            Cyber("open", StepLogic.Any, ["entry"], Duration.Constant(30), 1, null, new Manipulation(Substation, 0)),
        };
        var model = SecurityOf(steps, Adversary(["entry"])) with
        {
            Response = ResponsePlan.None with { Switching = Duration.Constant(300), Crew = Duration.Constant(7_200) },
        };

        var jammed = RunOnce(model, ["open", "jam"]);

        Assert.Equal(30_000 + 300_000 + 7_200_000, jammed.RestoredAt);
        Assert.Equal(330_000, RunOnce(model, ["open"]).RestoredAt);
    }

    [Fact]
    public void Disclosed_records_are_counted_though_nothing_goes_dark()
    {
        var steps = new[]
        {
            Cyber("entry", StepLogic.Any, [], Duration.None),
            Cyber("copy", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null, new Disclosure("health", 120_000)),
        };

        var outcome = RunOnce(SecurityOf(steps, Adversary(["entry"])), ["copy"]);

        Assert.Equal([120_000L], outcome.Records);
        Assert.False(outcome.HasFallen);
    }

    [Fact]
    public void A_forged_reading_moves_a_level_only_where_somebody_acts_on_it()
    {
        BreachRun Run(double believed)
        {
            var steps = new[]
            {
                Cyber("entry", StepLogic.Any, [], Duration.None),
                Cyber("forge", StepLogic.Any, ["entry"], Duration.Constant(60), 1, null,
                    new ForgedReading(new("meter-00000"), Estimate.Of(believed), Duration.Constant(120), Substation, 0)),
            };
            var run = new BreachRun(Plan(With(SecurityOf(steps, Adversary(["entry"]))), Scenario(["forge"])));
            run.Go(0);
            return run;
        }

        Assert.False(Run(0).Outcome.HasFallen);
        Assert.True(Run(1).Outcome.HasFallen);
    }

    [Fact]
    public void The_adversary_walks_the_quickest_way_and_stands_in_one_place()
    {
        var steps = new[]
        {
            Physical("fence", "outside", "yard", Duration.Constant(60)),
            Physical("gate", "outside", "yard", Duration.Constant(300)),
            Physical("door", "yard", "hall", Duration.Constant(30)),
            Physical("saw", "hall", "hall", Duration.Constant(100)),
        };

        var story = new List<StoryLine>();
        var run = new BreachRun(Plan(With(SecurityOf(steps, Adversary(start: "outside"))), Scenario(["saw"])));
        run.Go(0, story);

        Assert.Equal(190_000, run.Outcome.SucceededAt);
        Assert.Equal(["fence", "door", "saw"], story.Where(line => line.Kind == StoryKind.Reached).Select(line => line.Subject));
        Assert.Equal(["door", "fence", "saw"], run.Outcome.IsOnTheWay.Zip(Plan(With(SecurityOf(steps, Adversary(start: "outside"))), Scenario(["saw"])).Steps)
            .Where(pair => pair.First).Select(pair => pair.Second.Value).Order());
    }

    [Fact]
    public void Who_knows_the_sensors_takes_the_way_on_which_interruption_is_least_likely()
    {
        var steps = new[]
        {
            Physical("fence", "outside", "yard", Duration.Constant(60), [Noticed(0.9)]),
            Physical("tunnel", "outside", "yard", Duration.Constant(600)),
            Physical("saw", "yard", "yard", Duration.Constant(300)),
        };
        string[] Way(Knowledge knowledge)
        {
            var story = new List<StoryLine>();
            var model = SecurityOf(steps, Adversary(start: "outside", knowledge: knowledge), physical: Answer(Duration.Normal(120, 30)));
            new BreachRun(Plan(With(model), Scenario(["saw"]))).Go(0, story);
            return [.. story.Where(line => line.Kind == StoryKind.Began).Select(line => line.Subject)];
        }

        Assert.Equal(["fence", "saw"], Way(Knowledge.Plans));
        Assert.Equal(["tunnel", "saw"], Way(Knowledge.Defences));
    }

    [Fact]
    public void A_guard_comes_by_road_and_the_long_way_round_a_closed_bridge()
    {
        var city = WithRoads();
        var steps = new[] { Physical("saw", "yard", "yard", Duration.Constant(36_000), [Noticed(1, DetectionPoint.Middle)]) };
        var model = SecurityOf(steps, Adversary(start: "yard"), physical: Answer(null)) with
        {
            Areas = [new(new("yard"), "Yard", new("harbour"), new(4.60, 51.90))],
        };

        var open = RunOnce(model, ["saw"], city);
        var closed = RunOnce(model, ["saw"], city, new CeilingEvent(0, new("bridge"), 0, "flood"));

        // 0.1 degrees of longitude at 51.9 degrees north is 6.86 km; the way round adds two times 0.02 degrees of latitude.
        var direct = (open.ArrivedAt!.Value - 18_000_000 - 60_000) / 1000.0;
        var round = (closed.ArrivedAt!.Value - 18_000_000 - 60_000) / 1000.0;
        Assert.InRange(direct, 6_850 / 10.0, 6_880 / 10.0);
        Assert.InRange(round, 11_290 / 10.0, 11_330 / 10.0);
    }

    [Fact]
    public void What_a_zone_loses_is_what_its_services_lose()
    {
        var city = With(Noisy());
        var tally = new BreachTally(Plan(city, Scenario(["t"], seed: 7)));
        var run = new BreachRun(tally.Plan);
        for (var number = 0; number < 100; number++)
        {
            run.Go(number);
            tally.Take(run);
        }

        var services = tally.Plan.Ground.Watch.Services;
        var byService = tally.ByService.GroupBy(pair => services[pair.Key].Zone.Id)
            .ToDictionary(zone => zone.Key, zone => zone.Aggregate(Int128.Zero, (sum, pair) => sum + pair.Value.PersonHours.Moments.Sum));
        Assert.Contains(tally.ByService.GroupBy(pair => services[pair.Key].Zone.Id), zone => zone.Count() > 1);
        Assert.Equal(byService, tally.ByZone.ToDictionary(pair => services[pair.Key].Zone.Id, pair => pair.Value.PersonHours.Moments.Sum));
    }

    [Fact]
    public void The_same_run_gives_the_same_outcome_whatever_ran_before()
    {
        var plan = Plan(With(Noisy()), Scenario(["t"], seed: 7));
        var (fresh, used) = (new BreachRun(plan), new BreachRun(plan));
        for (var run = 0; run < 200; run++)
        {
            used.Go(run * 31 % 200);
        }

        for (var run = 0; run < 200; run++)
        {
            fresh = new(plan);
            fresh.Go(run);
            used.Go(run);
            Assert.Equal(Text(fresh), Text(used));
        }
    }

    [Fact]
    public void A_defence_that_touches_nothing_changes_no_run_and_one_more_detection_changes_no_other_luck()
    {
        var model = Noisy();
        var more = model with
        {
            Steps = [.. model.Steps.Append(Cyber("unrelated", StepLogic.Any, [], Duration.Exponential(5), 0.5)).Order(Comparer<AttackStep>.Create((a, b) => a.Id.CompareTo(b.Id)))],
            Defences = [new(new("nothing"), "Nothing", "training", Estimate.One, [new StepDisabled(new("unrelated"))])],
        };
        var plain = new BreachRun(Plan(With(model), Scenario(["t"], seed: 3)));
        var defended = new BreachRun(Plan(With(more), Scenario(["t"], seed: 3), new DefenceId("nothing")));
        for (var run = 0; run < 500; run++)
        {
            plain.Go(run);
            defended.Go(run);
            Assert.Equal(Text(plain), Text(defended));
        }
    }

    private static string Text(BreachRun run) => string.Join(' ',
        run.Outcome.SucceededAt, run.Outcome.DetectedAt, run.Outcome.AlarmedAt, run.Outcome.ArrivedAt, run.Outcome.InterruptedAt,
        run.Outcome.NeutralisedAt, run.Outcome.RestoredAt, string.Join(',', run.Outcome.TargetAt),
        string.Join(',', run.Course.Touched.Order().Select(service => run.Course.Lost(service).ToString())));

    /// <summary>All kinds of durations, detections, both kinds of steps, and something that falls.</summary>
    internal static SecurityModel Noisy()
    {
        var steps = new[]
        {
            Cyber("e", StepLogic.Any, [], Duration.None),
            Cyber("a", StepLogic.Any, ["e"], Duration.Exponential(300), 0.7, [Noticed(0.2)]),
            Cyber("b", StepLogic.Any, ["e"], new(DurationKind.Gamma, Estimate.Of(400), Estimate.Of(300)), 0.9, [Noticed(0.3, DetectionPoint.Middle, "camera")]),
            Cyber("c", StepLogic.All, ["a", "b"], new(DurationKind.Lognormal, Estimate.Of(200), Estimate.Of(100)), 1, [Noticed(0.2, DetectionPoint.End)], new Manipulation(Substation, 0)),
            Physical("p", "out", "in", Duration.Normal(120, 40), [Noticed(0.5)]),
            Physical("q", "in", "in", new(DurationKind.Uniform, Estimate.Of(100), Estimate.Of(900)), [Noticed(0.5, sensor: "camera")]),
            Cyber("t", StepLogic.All, ["c", "q"], Duration.Exponential(60)),
        };
        return SecurityOf(
            steps, Adversary(["e"], "out", hands: 1, neutralisation: 0.6),
            Answer(Duration.Exponential(900), 0.9), Answer(null, 0.9, true));
    }

    private static RunOutcome RunOnce(SecurityModel model, string[] targets, params ScenarioEvent[] events) => RunOnce(model, targets, HarbourCity.Of(), events);

    private static RunOutcome RunOnce(SecurityModel model, string[] targets, City city, params ScenarioEvent[] events)
    {
        var run = new BreachRun(Plan(With(model, city), Scenario(targets, events: events)));
        run.Go(0);
        return run.Outcome;
    }

    /// <summary>A guard in the west, a bridge to the east, and a longer way round by the north.</summary>
    private static City WithRoads()
    {
        var city = HarbourCity.Of();
        Segment Road(string id, string kind, params LonLat[] path) => new(new(id), id, kind, new("transport"), null, [.. path], new(), false);
        return city with
        {
            Segments =
            [
                .. city.Segments.Concat(
                [
                    Road("bridge", "bridge", new(4.50, 51.90), new(4.60, 51.90)),
                    Road("ring", "road", new(4.50, 51.90), new(4.50, 51.92), new(4.60, 51.92), new(4.60, 51.90)),
                ]).OrderBy(segment => segment.Id),
            ],
            Guards = [new(new("rex"), "Rex", new(4.50, 51.90), new("harbour"), [], 10)],
        };
    }
}
