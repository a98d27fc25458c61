using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Exact;

/// <summary>Earliest times and reach probabilities against going through all draws by hand.</summary>
public sealed class StepGraphProperties
{
    private const int Graphs = 3_000;

    [Fact]
    public void Earliest_times_are_those_of_waiting_until_nothing_changes() => RandomStepGraph.Gen.Sample(
        graph => Assert.Equal(RandomStepGraph.Times(graph, step => graph.Steps[step].Exists > 0), EarliestTimes.Of(graph)),
        iter: Graphs);

    [Fact]
    public void Reach_probabilities_are_those_of_all_draws_added_up() => RandomStepGraph.Gen.Sample(
        graph =>
        {
            var expected = new double[graph.Steps.Length];
            for (var draw = 0; draw < 1 << graph.Steps.Length; draw++)
            {
                var exists = (int step) => (draw & (1 << step)) != 0;
                var weight = graph.Steps.Select((step, index) => exists(index) ? step.Exists : 1 - step.Exists).Aggregate(1.0, (product, chance) => product * chance);
                if (weight > 0)
                {
                    var times = RandomStepGraph.Times(graph, exists);
                    expected = [.. expected.Select((chance, step) => chance + (times[step] is null ? 0 : weight))];
                }
            }

            Assert.All(expected.Zip(ReachProbability.Of(graph)), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        },
        iter: Graphs);

    [Fact]
    public void Circle_of_and_steps_is_found_where_and_only_where_steps_wait_for_each_other() => RandomStepGraph.Gen.Sample(
        graph =>
        {
            var circle = graph.CircleOfAll();
            for (var i = 0; i < circle.Length; i++)
            {
                var step = graph.Steps[circle[(i + 1) % circle.Length]];
                Assert.Equal(StepLogic.All, step.Logic);
                Assert.Contains(circle[i], step.Parents);
                Assert.DoesNotContain(circle[i], graph.Starts);
            }

            // Where each AND step may be taken without its AND parents on any circle, all AND steps can be sorted: there is none.
            var sorted = new HashSet<int>(graph.Starts.Concat(Enumerable.Range(0, graph.Steps.Length).Where(step => graph.Steps[step].Logic == StepLogic.Any)));
            for (var round = 0; round < graph.Steps.Length; round++)
            {
                sorted.UnionWith(Enumerable.Range(0, graph.Steps.Length).Where(step => graph.Steps[step].Parents.All(sorted.Contains)).ToList());
            }

            Assert.Equal(sorted.Count < graph.Steps.Length, !circle.IsEmpty);
        },
        iter: Graphs);

    [Theory]
    [InlineData(1UL, 2)]
    [InlineData(2UL, 3)]
    [InlineData(3UL, 4)]
    public void Reach_probability_of_25_uncertain_steps_is_computed(ulong seed, int parents)
    {
        var draws = new Draws(seed);
        const int count = 26;
        var steps = Enumerable.Range(0, count).Select(step => new GraphStep(
            $"s{step}",
            draws.Chance(50) ? StepLogic.Any : StepLogic.All,
            step == 0 ? [] : [.. draws.Some(Enumerable.Range(0, step).ToArray(), 1, parents)],
            step == 0 ? 1 : draws.Between(1, 9) / 10.0,
            0));
        var chances = ReachProbability.Of(new StepGraph([.. steps], [0]));
        Assert.All(chances, chance => Assert.InRange(chance, 0, 1));
    }

    [Fact]
    public void Reach_probability_of_a_long_chain_is_the_product()
    {
        var steps = Enumerable.Range(0, 300).Select(step => new GraphStep($"s{step}", StepLogic.Any, step == 0 ? [] : [step - 1], 0.99, 1));
        Assert.Equal(Math.Pow(0.99, 299), ReachProbability.Of(new StepGraph([.. steps], [0]), 299), 1e-13);
    }

    [Fact]
    public void Reach_probability_beyond_its_limit_says_so()
    {
        // A target that one of many crossing pairs is enough for: nearly every history asks another question.
        const int width = 60;
        var draws = new Draws(4);
        var entry = new GraphStep("entry", StepLogic.Any, [], 1, 0);
        var first = Enumerable.Range(0, width).Select(_ => new GraphStep("first", StepLogic.Any, [0], 0.5, 0));
        var second = Enumerable.Range(0, width).Select(_ => new GraphStep("second", StepLogic.All, [.. draws.Some(Enumerable.Range(1, width).ToArray(), 2, 2)], 0.5, 0));
        var target = new GraphStep("target", StepLogic.Any, [.. Enumerable.Range(width + 1, width)], 1, 0);
        var exception = Assert.Throws<ReachLimitException>(() => ReachProbability.Of(new StepGraph([entry, .. first, .. second, target], [0]), (2 * width) + 1));
        Assert.Contains("'target'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Graph_with_a_parent_that_is_not_there_is_refused() =>
        Assert.Throws<ArgumentException>(() => new StepGraph([new GraphStep("s", StepLogic.Any, [1], 1, 0)], []));

    [Theory]
    [InlineData(1.1, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(1, -1)]
    [InlineData(1, double.PositiveInfinity)]
    public void Graph_with_an_impossible_number_is_refused(double exists, double duration) =>
        Assert.Throws<ArgumentException>(() => new StepGraph([new GraphStep("s", StepLogic.Any, [], exists, duration)], []));
}
