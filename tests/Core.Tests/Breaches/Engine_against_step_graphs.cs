using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Testing;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>Random AND/OR graphs, circles among them, as cyber steps of an adversary who always has a hand free.</summary>
public sealed class Engine_against_step_graphs
{
    private const ulong Seed = 4_301;
    private static readonly double[] Certain = [0, 1, 1, 1, 1, 1];
    private static readonly double[] Uncertain = [0, 0.25, 0.5, 0.75, 0.9, 1];

    private static readonly Lazy<List<Agreement>> Compared = new(Compare);

    [Fact]
    public void Steps_are_reached_at_their_earliest_times_or_never()
    {
        var draws = new Draws(Seed);
        var (reached, never, isNoticed) = (0, 0, false);
        for (var number = 0; number < Agreement.Models; number++)
        {
            var graph = Graph(draws, draws.Between(2, 16), Certain);
            var run = new BreachRun(Plan(With(SecurityOf(graph)), Scenario(Enumerable.Range(0, graph.Steps.Length).Select(IdOf))));
            run.Go(number);

            var exact = EarliestTimes.Of(graph).Select(Ticks).ToArray();
            Assert.True(exact.SequenceEqual(run.Outcome.TargetAt), $"Seed {Seed}, model {number}: {string.Join(' ', run.Outcome.TargetAt)}, not {string.Join(' ', exact)}.");
            (reached, never) = (reached + exact.Count(at => at > 0), never + exact.Count(at => at is null));
            isNoticed |= !EarliestTimes.Of(Turned(graph)).Select(Ticks).SequenceEqual(run.Outcome.TargetAt);
        }

        TestContext.Current.SendDiagnosticMessage($"Seed {Seed}: {reached} steps reached later than at once, {never} never");
        Assert.True(reached > Agreement.Models && never > Agreement.Models, "There are too few steps to compare.");
        Assert.True(isNoticed, "Nobody would notice that AND steps took their earliest parent.");
    }

    [Fact]
    public void Steps_are_reached_as_often_as_is_exact() => Agreement.AssertAll(Seed, Compared.Value);

    [Fact]
    public void Comparison_would_notice_an_engine_with_other_graphs() => Agreement.AssertNotices(Seed, Compared.Value);

    private static List<Agreement> Compare()
    {
        var draws = new Draws(Seed + 1);
        var models = new List<Agreement>();
        for (var number = 0; models.Count < Agreement.Models; number++)
        {
            // The step that chance decides most; a graph without one says nothing.
            var graph = Graph(draws, draws.Between(4, 14), Uncertain);
            var exact = ReachProbability.Of(graph);
            var target = Enumerable.Range(0, exact.Length).MinBy(step => Math.Abs(exact[step] - 0.5));
            if (exact[target] is 0 or 1)
            {
                continue;
            }

            var happened = Agreement.Count(
                Plan(With(SecurityOf(graph)), Scenario([IdOf(target)], (ulong)number)), outcome => outcome.SucceededAt is not null);
            models.Add(new(
                $"graph {number}, step {target}",
                exact[target],
                new Dictionary<string, double>
                {
                    ["chances of parents multiplied as if they shared nothing"] = AsIfParentsSharedNothing(graph)[target],
                    ["AND steps that need any parent"] = ReachProbability.Of(Turned(graph), target),
                },
                happened));
        }

        return models;
    }

    private static long? Ticks(double? seconds) => seconds is { } after ? (long)(after * 1000) : null;

    private static StepGraph Graph(Draws draws, int count, double[] chances)
    {
        var indices = Enumerable.Range(0, count).ToArray();
        return new(
            [
                .. indices.Select(index => new GraphStep(
                    IdOf(index), draws.Chance(40) ? StepLogic.All : StepLogic.Any, [.. draws.Some(indices, 0, 3)], draws.OneOf(chances), draws.Between(0, 9) * draws.Between(1, 60))),
            ],
            [.. draws.Some(indices, 1, 2)]);
    }

    /// <summary>The same graph with every AND step made an OR step.</summary>
    private static StepGraph Turned(StepGraph graph) => new([.. graph.Steps.Select(step => step with { Logic = StepLogic.Any })], graph.Starts);

    private static double[] AsIfParentsSharedNothing(StepGraph graph)
    {
        var chances = graph.Steps.Select((_, index) => graph.Starts.Contains(index) ? 1.0 : 0).ToArray();
        foreach (var _ in graph.Steps)
        {
            chances =
            [
                .. graph.Steps.Select((step, index) => graph.Starts.Contains(index) ? 1 : step.Parents.IsEmpty ? 0 : step.Exists * (step.Logic == StepLogic.All
                    ? step.Parents.Aggregate(1.0, (all, parent) => all * chances[parent])
                    : 1 - step.Parents.Aggregate(1.0, (none, parent) => none * (1 - chances[parent])))),
            ];
        }

        return chances;
    }
}
