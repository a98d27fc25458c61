using System.Text.Json;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Running;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Reference.Tests.Breaches;

/// <summary>The breach engine against numbers that somebody else published or computed.</summary>
public sealed class EngineReferenceTests
{
    private const int Runs = 20_000;

    /// <summary>Cases and steps of all files together may be so many: that any of them fails by chance has a probability of 1 %.</summary>
    private const int ComparisonsMax = 1_000;

    private static readonly double Limit = Surprise.Limit(0.01, ComparisonsMax);

    /// <summary>
    /// EASI has negative times where a mean is not many deviations from 0, the engine does not. Both are the same as long as
    /// none is drawn: by the chance that any is, they may differ, and by no more.
    /// </summary>
    [Theory]
    [MemberData(nameof(BreachCases.Paths), MemberType = typeof(BreachCases))]
    public void Engine_interrupts_as_often_as_the_reference_says(string id)
    {
        var item = BreachCases.Path(id);
        var (tasks, response) = (BreachCases.TasksOf(item), BreachCases.ResponseOf(item));
        var negative = tasks.Sum(task => Negative(task.MeanSeconds, task.DeviationSeconds)) + Negative(response.MeanSeconds, response.DeviationSeconds);
        foreach (var (name, draw) in new[] { ("alarm", CommunicationDraw.PerAlarm), ("garcia", CommunicationDraw.PerAttack) })
        {
            var exact = item.TryGetProperty("computed", out var computed) && computed.TryGetProperty(name, out var given)
                ? given.GetDouble() : Easi.Interruption(tasks, response, draw);
            var plan = Plan(With(SecurityOf(tasks, response, draw)), Scenario([IdOf(tasks.Length - 1)]));
            var interrupted = Count(plan, outcome => [outcome.InterruptedAt is not null])[0];
            var surprise = Surprise.Of(interrupted, Runs, exact, negative);
            Tell($"{id}, {name}: {interrupted} of {Runs} runs, {exact} within {negative:0.0000} expected, |z| {surprise:0.00}");
            Assert.True(surprise <= Limit, $"{name}: {interrupted} of {Runs} runs, {exact} within {negative:0.0000} expected, |z| {surprise:0.00} beyond {Limit:0.00}.");
        }
    }

    [Theory]
    [MemberData(nameof(BreachCases.Graphs), MemberType = typeof(BreachCases))]
    public void Engine_reaches_steps_when_or_as_often_as_the_reference_says(string id)
    {
        var item = BreachCases.Graph(id);
        var (graph, indices) = BreachCases.GraphOf(item);
        var plan = Plan(With(SecurityOf(graph)), Scenario(indices.Values.Select(IdOf), horizonTicks: 10_000 * Hour));
        if (BreachCases.IsTimes(item))
        {
            var run = new BreachRun(plan);
            run.Go(0);
            foreach (var expected in item.GetProperty("expected").EnumerateObject())
            {
                Assert.Equal((expected.Name, Ticks(expected.Value)), (expected.Name, run.Outcome.TargetAt[indices[expected.Name]]));
            }

            return;
        }

        var reached = Count(plan, outcome => [.. outcome.TargetAt.Select(at => at is not null)]);
        foreach (var expected in item.GetProperty("expected").EnumerateObject())
        {
            var (count, exact) = (reached[indices[expected.Name]], expected.Value.ValueKind == JsonValueKind.Null ? 0 : expected.Value.GetDouble());
            var surprise = Surprise.Of(count, Runs, exact);
            Tell($"{id}, {expected.Name}: {count} of {Runs} runs, {exact} expected, |z| {surprise:0.00}");
            Assert.True(surprise <= Limit, $"{expected.Name}: {count} of {Runs} runs, {exact} expected, |z| {surprise:0.00} beyond {Limit:0.00}.");
        }
    }

    private static int[] Count(BreachPlan plan, Func<RunOutcome, bool[]> happened)
    {
        var run = new BreachRun(plan);
        var counts = Array.Empty<int>();
        for (var number = 0; number < Runs; number++)
        {
            run.Go(number);
            var all = happened(run.Outcome);
            counts = number == 0 ? new int[all.Length] : counts;
            for (var place = 0; place < all.Length; place++)
            {
                counts[place] += all[place] ? 1 : 0;
            }
        }

        return counts;
    }

    private static double Negative(double mean, double deviation) => deviation > 0 ? NormalDistribution.Cdf(-mean / deviation) : 0;

    private static long? Ticks(JsonElement seconds) => seconds.ValueKind == JsonValueKind.Null ? null : (long)((seconds.GetDouble() * 1000) + 0.5);

    private static void Tell(string text) => TestContext.Current.SendDiagnosticMessage(text);
}
