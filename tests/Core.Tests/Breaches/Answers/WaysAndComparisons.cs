using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>The most vulnerable way of a scenario, and two breaches beside each other.</summary>
public sealed class WaysAndComparisons
{
    private static readonly string[] Sides = ["left", "right"];
    private static readonly DefenceId Slower = new("slower");

    [Fact]
    public void A_key_that_nobody_can_steal_opens_no_door()
    {
        var model = Yard();

        var way = WayOf(Job(model))!;
        var withThief = WayOf(Job(model, scenario => scenario with { Entries = [new("office")], Start = new("street") }))!;

        Assert.Equal(["fence", "cabinet", "cut"], way.Steps.Select(step => step.Value));
        Assert.Equal(["key", "cabinet", "cut"], withThief.Steps.Select(step => step.Value));
    }

    [Fact]
    public void What_must_be_done_on_the_spot_before_the_target_takes_its_time_on_the_way()
    {
        // Noticed for certain at 0 s; 60 + 100 + 200 s are left, and a constant response of 300 s comes in time.
        var report = PathReport.Of(Job(Yard()));

        Assert.Equal(1, report.Best!.Interruption, 1e-9);
        Assert.Equal(("fence", 60.0), (report.Best.CriticalPoint!.Value.Value, report.Best.MarginSeconds));
        Assert.Equal([1, 1, 1], report.Best.InterruptionSoFar());
    }

    [Fact]
    public void Acts_that_all_need_each_other_s_parents_are_listed_once_and_at_once()
    {
        const int layers = 40;
        var steps = Enumerable.Range(0, layers).SelectMany(layer => Sides.Select(side =>
            Physical($"act-{layer:D2}-{side}", "street", "street", Duration.Constant(1)) with
            {
                Logic = StepLogic.All,
                Parents = layer == 0 ? [] : [new($"act-{layer - 1:D2}-left"), new($"act-{layer - 1:D2}-right")],
            }));
        var model = SecurityOf(steps, Adversary(start: "street"));
        var city = With(model);

        var report = PathReport.Of(new(city, SimulationStart.New(city, SimulationStart.DefaultAt), Scenario([$"act-{layers - 1}-left"])));

        Assert.Equal((2 * layers) - 1, report.Best!.Steps.Length);
    }

    [Fact]
    public void The_next_best_way_goes_through_other_tasks()
    {
        var report = PathReport.Of(Job(Yard()));

        Assert.Equal(["gate", "cabinet", "cut"], Assert.Single(report.Alternatives).Steps.Select(step => step.Value));
        using var writer = new StringWriter { NewLine = "\n" };
        report.WriteText(writer);
        Assert.Contains("Otherwise, P_I ", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_way_on_foot_is_interrupted_as_often_as_the_runs_say()
    {
        // Normal times with means of at least 4 deviations, as EASI wants them; one detection, so that nothing else differs.
        var steps = new[]
        {
            Physical("fence", "street", "yard", Duration.Normal(60, 10), [Noticed(0.7)]),
            Physical("cabinet", "yard", "yard", Duration.Normal(100, 20)),
            Physical("cut", "yard", "yard", Duration.Normal(200, 30)) with { Parents = [new("cabinet")] },
        };
        var job = Job(SecurityOf(steps, Adversary(start: "street"), physical: Answer(Duration.Normal(350, 40), 0.9)), scenario => scenario with { Runs = 4_000 });
        var tally = new BreachTally(job.Plan);
        var run = new BreachRun(job.Plan);
        for (var number = 0; number < 4_000; number++)
        {
            run.Go(number);
            tally.Take(run);
        }

        Assert.True(new Proportion(tally.Counts[(int)BreachCount.Interrupted], tally.Runs).Wilson(0.999).Contains(VulnerableWay.Of(job.Plan, job.Defended)!.Interruption));
    }

    [Fact]
    public void A_scenario_beside_itself_differs_in_no_run()
    {
        var all = Compared(Uncertain(), []);

        Assert.Equal((0L, 0L), (all.Success.OnlyFirst, all.Success.OnlySecond));
        Assert.Equal(0, all.PersonHours.Unequal);
        Assert.InRange(all.First.Tally.Counts[(int)BreachCount.Succeeded], 1, all.First.Tally.Runs - 1);
    }

    [Fact]
    public void A_comparison_tells_what_can_be_told_apart_and_what_cannot()
    {
        var job = CompareJob(Uncertain(), [Slower]);
        var all = job.Run(0, TestContext.Current.CancellationToken);
        all.Merge(job.Run(1, TestContext.Current.CancellationToken));

        var report = CompareReport.Of(job, all, "as it is", "slower", 0.95);

        Assert.Equal(
            [Verdict.Lower, Verdict.Higher, Verdict.Higher, Verdict.Lower, Verdict.NotDistinguishable], report.Rows.Select(row => row.Verdict));
        Assert.Equal(report.Rows[0].Difference, 100 * all.Success.Estimate, 1e-9);
        using var writer = new StringWriter { NewLine = "\n" };
        report.WriteText(writer);
        Assert.Contains("not distinguishable", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("given that someone tries", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Breaches_with_other_luck_are_not_compared()
    {
        var (one, other) = (Job(Yard()), Job(Yard(), scenario => scenario with { Seed = 2 }));

        Assert.Throws<ArgumentException>(() => new CompareJob(one, other));
    }

    private static ComparePart Compared(SecurityModel model, DefenceId[] defences) =>
        CompareJob(model, defences).Run(0, TestContext.Current.CancellationToken);

    private static CompareJob CompareJob(SecurityModel model, DefenceId[] defences) => new(
        Job(model, scenario => scenario with { Runs = 500 }), Job(model, scenario => scenario with { Runs = 500, Defences = [.. defences] }));

    private static BreachJob Job(SecurityModel model, Func<BreachScenario, BreachScenario>? change = null)
    {
        var city = With(model);
        var scenario = Scenario(["cut"]);
        return new(city, SimulationStart.New(city, SimulationStart.DefaultAt), change?.Invoke(scenario) ?? scenario);
    }

    private static SecurityModel Yard() => SecurityOf(
        [
            Cyber("office", StepLogic.Any, [], Duration.None),
            Physical("fence", "street", "yard", Duration.Constant(60), [Noticed(1)]),
            Physical("gate", "street", "yard", Duration.Constant(90), [Noticed(1)]),
            Physical("key", "street", "yard", Duration.Constant(5)) with { Parents = [new("office")] },
            Physical("cabinet", "yard", "yard", Duration.Constant(100)),
            Physical("cut", "yard", "yard", Duration.Constant(200)) with { Parents = [new("cabinet")] },
        ],
        Adversary(start: "street"), physical: Answer(Duration.Constant(300)));

    private static SecurityModel Uncertain() => SecurityOf(
        [
            Physical("climb", "street", "yard", Duration.Exponential(60), [Noticed(0.9)]),
            Physical("cut", "yard", "yard", Duration.Exponential(90), [], new Destruction(new("substation"), 0, Duration.Exponential(7_200))),
        ],
        Adversary(start: "street"), physical: Answer(Duration.Exponential(90), 0.9)) with
    {
        Defences = [new(Slower, "Thicker", "barrier", Estimate.One, [new StepSlower(new("cut"), Estimate.Of(4))])],
    };

    private static VulnerableWay? WayOf(BreachJob job) => VulnerableWay.Of(job.Plan, job.Defended);
}
