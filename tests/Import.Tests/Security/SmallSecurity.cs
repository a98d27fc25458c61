using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Import.Tests.Security;

/// <summary>The security model of the small city: every property of the format, every distribution and every effect at least once.</summary>
internal static class SmallSecurity
{
    private static readonly Estimate Guess = new(0.5, 0.25, 0.75, "assumed", 0.2);

    public static SecurityModel Model { get; } = new(
        [
            new(new("office"), "Office", 2, 1, []),
            new(new("control"), "Control", 3, 2, [new("quarter"), new("site")]),
        ],
        [new(new("link"), "Link", new("office"), new("control"), 3, 2, [new(new("exchange"), 500), new(new("works"), 0)])],
        [
            new(new("mail"), "Mail", "workstation", new("office"), null, [], []),
            new(new("controller"), "Controller", "controller", new("control"), new("site"), [new("feeder"), new("works")], [new("camera"), new("meter")]),
        ],
        [
            new(new("street"), "Street", new("quarter"), new(13.404, 52.504)),
            new(new("yard"), "Yard", new("site"), new(13.41, 52.51)),
        ],
        [
            Step("mail-open", StepKind.Cyber, [], Duration.Constant(60)) with { Techniques = ["T0863", "T0865"] },
            Step("link-cross", StepKind.Cyber, [new("mail-open")], Duration.Exponential(3600)) with
            {
                Asset = new("controller"),
                Exists = Guess,
                Skill = Estimate.Of(0.4),
                Through = new("link"),
                Detections = [new(null, Guess, DetectionPoint.Middle, new("office-hours"))],
            },
            Step("controller-take", StepKind.Cyber, [new("link-cross"), new("yard-enter")], new(DurationKind.Gamma, Estimate.Of(600), new(60, 30, 90))) with
            {
                Asset = new("controller"),
                Logic = StepLogic.All,
                Effects =
                [
                    new LossOfView([new("camera"), new("meter")], IsLying: true),
                    new LossOfView([new("camera")], IsLying: false),
                    new LossOfControl([new("feeder"), new("works")]),
                    new Manipulation(new("feeder"), 0),
                    new ForgedReading(new("meter"), Guess, Duration.Normal(300, 30), new("works"), 250),
                    new Disclosure("health", 1_200),
                    new Destruction(new("works"), 999, new(DurationKind.Uniform, new(3600, 1800, 3700), new(7200, 3700, 9000, "a study"))),
                ],
            },
            Step("yard-enter", StepKind.Physical, [], new(DurationKind.Lognormal, Estimate.Of(45), Estimate.Of(12.5))) with
            {
                From = new("street"),
                To = new("yard"),
                Detections =
                [
                    new(new("camera"), Estimate.Of(0.8), DetectionPoint.Beginning, null),
                    new(new("camera"), Estimate.Of(0.1), DetectionPoint.End, null),
                ],
            },
        ],
        [
            new(new("thief"), "Thief", "thief", new(0.5, 0.4, 0.6), Estimate.Of(1.25), 2, Knowledge.Plans, [new("mail-open")], new("street"), Estimate.Of(0.9), ["k9", "technical"]),
            new(new("vandal"), "Vandal", "vandal", Estimate.Of(0.2), Estimate.One, 1, Knowledge.None, [], null, Estimate.One, []),
            new(new("state"), "State", "state", Estimate.One, Estimate.One, 8, Knowledge.Defences, [], null, Estimate.Of(0.3), []),
        ],
        [
            new(new("office-hours"), "Office hours",
                [
                    new([DayOfWeek.Monday, DayOfWeek.Friday, DayOfWeek.Sunday], 8 * 60, 18 * 60, Estimate.One),
                    new([DayOfWeek.Saturday], 22 * 60 + 30, 24 * 60, Guess),
                ],
                Estimate.Of(0.1)),
            new(new("never"), "Never", [], Estimate.Zero),
        ],
        [
            new(new("everything"), "Everything", "patch", new(1000, 900, 1500, "assumed"),
            [
                new StepDisabled(new("mail-open")),
                new StepRarer(new("link-cross"), Guess),
                new StepSlower(new("yard-enter"), Estimate.Of(2)),
                new DetectionAdded(new("yard-enter"), new(new("camera"), Guess, DetectionPoint.End, new("office-hours"))),
                new GuardAdded(new(new("guard-three"), "Guard three", new(13.41, 52.51), new("site"), ["k9"], 2)),
                new BackupAdded(new(new("works"), new Backup(700, 7_200_000, 3_600_000))),
                new BackupAdded(new(new("exchange"), new Backup(1000, 3_600_000, null))),
                new FeedAdded(new(new("works"), new("substation"))),
                new LinkAdded(new(new("second-feeder"), new("substation"), new("feeder-end"))),
                new ResponseFaster(StepKind.Physical, Estimate.Of(0.5)),
                new NeutralisationBetter(Estimate.Of(0.5)),
            ]),
        ],
        new(
            new(Estimate.Of(0.9), false, Duration.Constant(5), Duration.Normal(900, 300), Duration.Exponential(7200)),
            new(Guess, true, Duration.Constant(1), Duration.Normal(60, 20), null),
            Duration.Constant(120), Duration.Normal(5400, 600), Duration.Constant(30), new("office-hours")),
        new(2.2, 2, 2.5, "census 2022", 0.9),
        "CHF");

    private static AttackStep Step(string id, StepKind kind, System.Collections.Immutable.ImmutableArray<StepId> parents, Duration duration) => new(
        new(id), $"Step {id}", new("mail"), kind, StepLogic.Any, parents, duration, Estimate.One, Estimate.Zero, [], [], null, null, null, []);
}
