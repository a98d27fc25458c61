using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Live;

/// <summary>The earliest times of a live attack against plain relaxation, on random graphs with rings.</summary>
public sealed class Attack_times
{
    private const int Graphs = 3_000;

    [Fact]
    public void Earliest_times_are_the_least_solution_of_their_equations() => Gen.ULong.Sample(
        seed =>
        {
            var (model, reached, closed) = ModelOf(new(seed));
            var expected = Relaxed(model, reached, closed);

            var times = TimesOf(model, AttackedHarbour.Profile("state", 1, 2), reached, closed);

            for (var step = 0; step < model.Steps.Length; step++)
            {
                Assert.Equal(expected[step], times.At(step));
                AssertWay(model, reached, times, step);
            }
        },
        iter: Graphs);

    [Fact]
    public void Chance_counts_every_step_that_the_way_rests_on_once_and_no_reached_one()
    {
        var (start, left, right, both, end) = (new StepId("a"), new StepId("b"), new StepId("c"), new StepId("d"), new StepId("e"));
        var model = SecurityModel.None with
        {
            Assets = AttackedHarbour.Model.Assets,
            Steps =
            [
                Step(start, 1, 0.1),
                Step(left, 1, 0.5, start),
                Step(right, 2, 0.5, start),
                Step(both, 1, 0.5, left, right) with { Logic = StepLogic.All },
                Step(end, 1, 0.5, both, left),
            ],
        };

        var times = TimesOf(model, AttackedHarbour.Profile("state", 1, 1), [(0, 0)], new bool[5]);

        Assert.Equal([1, 0.5, 0.5, 0.125, 0.25], Enumerable.Range(0, 5).Select(times.ChanceOf));
        Assert.Equal([start, left, end], WayTo(4));
        Assert.Equal([start, right, both], WayTo(3));

        IEnumerable<StepId> WayTo(int step) => times.WayTo(step).Select(at => model.Steps[at].Id);
    }

    [Fact]
    public void A_physical_step_waits_until_the_adversary_stands_there()
    {
        var (fence, door, rack) = (new StepId("a-fence"), new StepId("b-door"), new StepId("c-rack"));
        var model = SecurityModel.None with
        {
            Areas = [new(new("hall"), "Hall", new("harbour"), default), new(new("outside"), "Outside", new("harbour"), default), new(new("yard"), "Yard", new("harbour"), default)],
            Steps =
            [
                Step(fence, 10, 1) with { Kind = StepKind.Physical, From = new("outside"), To = new("yard") },
                Step(door, 20, 1) with { Kind = StepKind.Physical, From = new("yard"), To = new("hall") },
                Step(rack, 5, 1, fence) with { Kind = StepKind.Physical, From = new("hall"), To = new("hall") },
            ],
        };
        var thief = AttackedHarbour.Profile("thief", 1, 1);

        var times = TimesOf(model, thief, [(0, -4)], new bool[3]);

        Assert.Equal([-4, 16, 21], Enumerable.Range(0, 3).Select(times.At));
        Assert.Equal(double.PositiveInfinity, TimesOf(model, thief, [], new bool[3]).At(0));
    }

    private static EarliestTimes TimesOf(SecurityModel model, AdversaryProfile profile, (int Step, double Seconds)[] reached, bool[] closed) =>
        EarliestTimes.From(StepGraph.Of(model, profile, [], null), reached, step => step < closed.Length && closed[step]);

    /// <summary>A step that can be reached is reached on a way that begins at a reached step.</summary>
    private static void AssertWay(SecurityModel model, (int Step, double Seconds)[] reached, EarliestTimes times, int step)
    {
        if (double.IsPositiveInfinity(times.At(step)))
        {
            return;
        }

        var way = times.WayTo(step).Where(at => at < model.Steps.Length).ToList();
        Assert.Contains(reached, source => source.Step == way[0]);
        Assert.Equal(step, way[^1]);
    }

    private static (SecurityModel Model, (int Step, double Seconds)[] Reached, bool[] Closed) ModelOf(Draws draws)
    {
        var count = draws.Between(1, 12);
        var ids = Enumerable.Range(0, count).Select(step => new StepId($"s{step:D2}")).ToArray();
        AreaId[] areas = [new("a0"), new("a1"), new("a2")];
        var steps = ids.Select(id =>
        {
            var isPhysical = draws.Chance(40);
            return Step(id, draws.Between(0, 10), 1, draws.Some(ids, 0, 3)) with
            {
                Kind = isPhysical ? StepKind.Physical : StepKind.Cyber,
                Logic = draws.Chance(50) ? StepLogic.All : StepLogic.Any,
                From = isPhysical ? draws.OneOf(areas) : null,
                To = isPhysical ? draws.OneOf(areas) : null,
            };
        });
        var model = SecurityModel.None with
        {
            Areas = [.. areas.Select(area => new Area(area, area.Value, new("harbour"), default))], Steps = [.. steps],
        };
        return (
            model,
            [.. draws.Some(Enumerable.Range(0, count).ToArray(), 1, 3).Select(step => (step, (double)draws.Between(-20, 0)))],
            [.. ids.Select(_ => draws.Chance(10))]);
    }

    /// <summary>All equations again and again until none moves.</summary>
    private static double[] Relaxed(SecurityModel model, (int Step, double Seconds)[] reached, bool[] closed)
    {
        var place = model.Steps.Select((step, at) => (step.Id, at)).ToDictionary(pair => pair.Id, pair => pair.at);
        var seconds = Enumerable.Repeat(double.PositiveInfinity, model.Steps.Length).ToArray();
        foreach (var (step, at) in reached)
        {
            seconds[step] = at;
        }

        for (var round = 0; round <= model.Steps.Length; round++)
        {
            for (var at = 0; at < seconds.Length; at++)
            {
                if (!closed[at] && reached.All(source => source.Step != at))
                {
                    seconds[at] = Math.Min(seconds[at], Opens(model.Steps[at]) + (model.Steps[at].Duration.MeanSeconds / 2));
                }
            }
        }

        return seconds;

        double Opens(AttackStep step)
        {
            var parents = step.Parents.Select(parent => seconds[place[parent]]).ToList();
            var opened = parents.Count > 0 ? (step.Logic == StepLogic.All ? parents.Max() : parents.Min())
                : step.Kind == StepKind.Physical ? double.NegativeInfinity
                : double.PositiveInfinity;
            return step.Kind == StepKind.Cyber ? opened : Math.Max(opened, model.Steps.Select((other, at) =>
                other.Kind == StepKind.Physical && other.To == step.From ? seconds[at] : double.PositiveInfinity).Min());
        }
    }

    private static AttackStep Step(StepId id, double seconds, double exists, params StepId[] parents) =>
        AttackedHarbour.Step(id, AttackedHarbour.Plc, seconds, parents) with { Exists = Estimate.Of(exists) };
}
