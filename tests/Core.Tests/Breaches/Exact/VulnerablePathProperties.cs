using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Exact;

/// <summary>The most vulnerable path against trying every path.</summary>
public sealed class VulnerablePathProperties
{
    private const int Graphs = 2_000;
    private const int Start = 0;
    private const int Target = 1;

    [Theory]
    [InlineData(CommunicationDraw.PerAlarm)]
    [InlineData(CommunicationDraw.PerAttack)]
    public void Most_vulnerable_path_is_the_least_of_all_paths_tried_one_by_one(CommunicationDraw draw) => Case.Sample(
        item =>
        {
            var (graph, response) = item;
            var least = Paths(graph, Start, [Start]).Select(path => (double?)Easi.Interruption(Tasks(graph, path), response, draw)).Min();
            var found = VulnerablePath.Find(graph, Start, Target, response, draw);
            Assert.Equal(least is null, found is null);
            if (found is not null)
            {
                Assert.True(found.IsProven);
                Assert.Equal(least!.Value, found.Interruption, 1e-12);
                Assert.Equal(found.Interruption, Easi.Interruption(Tasks(graph, found.Tasks), response, draw));
                Assert.Equal(found.Critical, Easi.CriticalDetectionPoint(Tasks(graph, found.Tasks), response));
                Assert.Contains(Paths(graph, Start, [Start]), path => path.SequenceEqual(found.Tasks));
            }
        },
        iter: Graphs);

    [Fact]
    public void Search_that_reaches_its_limit_says_that_its_path_is_not_proven()
    {
        // The quick way is watched, the slow one is not.
        var graph = new PathGraph(3, [
            new(0, 1, EasiTask.Of("gate", 10, 0, 0.9, DetectionPoint.Beginning)),
            new(0, 2, EasiTask.Of("wall", 500, 0, 0, DetectionPoint.Beginning)),
            new(2, 1, EasiTask.Of("yard", 10, 0, 0.1, DetectionPoint.Beginning)),
        ]);
        var response = new EasiResponse(1, 5, 1);
        var limited = VulnerablePath.Find(graph, 0, 1, response, CommunicationDraw.PerAlarm, endsMax: 0)!;
        var full = VulnerablePath.Find(graph, 0, 1, response, CommunicationDraw.PerAlarm)!;
        Assert.Equal(([0], false), (limited.Tasks, limited.IsProven), Same);
        Assert.Equal(([1, 2], true), (full.Tasks, full.IsProven), Same);
        Assert.Equal(new CriticalPoint(1, 5), full.Critical);
    }

    [Fact]
    public void Path_through_a_city_of_many_areas_is_proven_within_the_limit()
    {
        // 10 x 10 areas, each joined with its neighbours both ways: more paths than anybody could try.
        const int side = 10;
        var draws = new Testing.Draws(1);
        var tasks = ImmutableArray.CreateBuilder<PathTask>();
        for (var area = 0; area < side * side; area++)
        {
            foreach (var next in new[] { (area + 1) % side == 0 ? -1 : area + 1, area + side < side * side ? area + side : -1 }.Where(next => next >= 0))
            {
                foreach (var (from, to) in new[] { (area, next), (next, area) })
                {
                    tasks.Add(new(from, to, EasiTask.Of("task", draws.Between(5, 60), draws.Between(1, 15), draws.Between(0, 60) / 100.0, DetectionPoint.Beginning)));
                }
            }
        }

        var found = VulnerablePath.Find(new(side * side, tasks.ToImmutable()), 0, (side * side) - 1, new(0.9, 300, 90), CommunicationDraw.PerAlarm);
        Assert.True(found!.IsProven);
    }

    private static bool Same((ImmutableArray<int> Tasks, bool IsProven) one, (ImmutableArray<int> Tasks, bool IsProven) other) =>
        one.Tasks.SequenceEqual(other.Tasks) && one.IsProven == other.IsProven;

    private static ImmutableArray<EasiTask> Tasks(PathGraph graph, IEnumerable<int> path) => [.. path.Select(task => graph.Tasks[task].Task)];

    private static IEnumerable<ImmutableArray<int>> Paths(PathGraph graph, int area, ImmutableHashSet<int> entered) =>
        area == Target
            ? [[]]
            : Enumerable.Range(0, graph.Tasks.Length)
                .Where(task => graph.Tasks[task].From == area && !entered.Contains(graph.Tasks[task].To))
                .SelectMany(task => Paths(graph, graph.Tasks[task].To, entered.Add(graph.Tasks[task].To)).Select(rest => rest.Insert(0, task)));

    /// <summary>Means and deviations from a few values, so that equal and zero ones, where dominance is delicate, are frequent.</summary>
    private static Gen<(PathGraph Graph, EasiResponse Response)> Case { get; } =
        from areas in Gen.Int[2, 7]
        from tasks in
            (from ends in Gen.Int[0, areas - 1].Array[2]
             from mean in Gen.Int[0, 8]
             from deviation in Gen.Int[0, 4]
             from detected in Gen.Int[0, 4].Array[3]
             select new PathTask(ends[0], ends[1], new EasiTask("task", 20 * mean, 15 * deviation, detected[0] / 4.0, detected[1] / 8.0, detected[2] / 5.0)))
            .Where(task => task.From != task.To).Array[0, 18]
        from communication in Gen.Int[0, 4]
        from responseMean in Gen.Int[0, 15]
        from responseDeviation in Gen.Int[0, 3]
        select (new PathGraph(areas, [.. tasks]), new EasiResponse(communication / 4.0, 20 * responseMean, 20 * responseDeviation));
}
