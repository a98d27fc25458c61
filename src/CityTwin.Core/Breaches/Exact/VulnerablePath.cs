using System.Collections.Immutable;
using System.Numerics;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>
/// The most vulnerable path: of all paths from start to target that enter no area twice the one on which interruption is
/// least likely. P_I does not add up along a path, so shortest paths will not do. This is a search from the target back,
/// best bound first (A*), over ends of paths (<see cref="EasiRemainder"/>):
/// <list type="bullet">
/// <item>What may come before an end can lower its chance only down to the chance that an alarm right there or earlier is
/// answered in time; that bound orders the search and ends it.</item>
/// <item>An end is given up where another one from the same area is at least as good before every possible beginning (see
/// <see cref="IsNeverWorse"/>).</item>
/// </list>
/// At first ends may go in circles, because then they can be compared whatever areas they have entered. A circle hardly ever
/// helps an adversary, so what is found is nearly always a path, and then it is the best one. Where it is not, the search is
/// done again without circles, where an end gives way only to one through no other areas.
/// </summary>
public static class VulnerablePath
{
    /// <summary>
    /// The most ends of paths that either search looks at. Where that is not enough the answer is the best path found, and
    /// says that it is not proven.
    /// </summary>
    public const int EndsMax = 50_000;

    /// <summary>After so many ends with a circle in them the search goes on without circles.</summary>
    private const int CirclesMax = 25_000;

    /// <returns>Of paths with P_I 0 the quickest by the means. Null where no path leads from start to target.</returns>
    public static VulnerablePathAnswer? Find(
        PathGraph graph, int start, int target, EasiResponse response, CommunicationDraw draw, int endsMax = EndsMax)
    {
        if (start == target || Quickest(graph, start, target) is not { } quickest)
        {
            return null;
        }

        var (best, isProven) = new Search(graph, start, response, draw, canCircle: true).Run(quickest, endsMax);
        if (best is null)
        {
            (best, isProven) = new Search(graph, start, response, draw, canCircle: false).Run(quickest, endsMax);
        }

        var tasks = best!.Tasks();
        var path = tasks.Select(task => graph.Tasks[task].Task).ToImmutableArray();
        return new(tasks, Easi.Interruption(path, response, draw), Easi.CriticalDetectionPoint(path, response), isProven);
    }

    /// <summary>
    /// Whether the response never has a better chance against <paramref name="one"/> than against <paramref name="other"/>,
    /// whatever comes before. Before both comes the same: x more seconds, up to <paramref name="moreSecondsMax"/>, and y more
    /// variance. An alarm there is answered in time with Phi((m + x) / sqrt(v + y)), m being the spare time and v the variance
    /// with that of the response. With m1 at most m2 and r = sqrt(v2 / v1), one is never worse where v1 = v2; where v1 is
    /// smaller, if (m1 + x) r is at most m2 + x at the largest x; where v1 is larger, if m1 r is at most m2: in both cases
    /// y = 0 is the hardest, and the other end of x the easier.
    /// </summary>
    private static bool IsNeverWorse(EasiRemainder one, EasiRemainder other, EasiResponse response, double moreSecondsMax)
    {
        if (one.Interrupted > other.Interrupted || one.MeanSeconds > other.MeanSeconds)
        {
            return false;
        }

        var of = response.DeviationSeconds * response.DeviationSeconds;
        var (v1, v2) = (one.Variance + of, other.Variance + of);
        if (v1 == v2 || v1 == 0 || v2 == 0)
        {
            return v1 == v2;
        }

        var x = v1 < v2 ? moreSecondsMax : 0;
        return (one.MeanSeconds - response.MeanSeconds + x) * Math.Sqrt(v2 / v1) <= other.MeanSeconds - response.MeanSeconds + x;
    }

    private static bool[] Reachable(PathGraph graph, int start)
    {
        var isReached = new bool[graph.Areas];
        var from = graph.Tasks.ToLookup(task => task.From, task => task.To);
        var next = new Stack<int>([start]);
        while (next.TryPop(out var area))
        {
            if (!isReached[area])
            {
                isReached[area] = true;
                foreach (var to in from[area])
                {
                    next.Push(to);
                }
            }
        }

        return isReached;
    }

    /// <summary>The quickest path by the means (Dijkstra), so that there is an answer from the beginning.</summary>
    private static ImmutableArray<int>? Quickest(PathGraph graph, int start, int target)
    {
        var first = new int?[graph.Areas];
        var isSettled = new bool[graph.Areas];
        var next = new PriorityQueue<(int Area, int? First), (double Seconds, int Tasks, int Area)>([((target, null), (0, 0, target))]);
        while (!isSettled[start] && next.TryDequeue(out var end, out var left))
        {
            if (isSettled[end.Area])
            {
                continue;
            }

            (isSettled[end.Area], first[end.Area]) = (true, end.First);
            foreach (var task in graph.Into[end.Area])
            {
                var from = graph.Tasks[task].From;
                next.Enqueue((from, task), (left.Seconds + graph.Tasks[task].Task.MeanSeconds, left.Tasks + 1, from));
            }
        }

        if (!isSettled[start])
        {
            return null;
        }

        var path = ImmutableArray.CreateBuilder<int>();
        for (var area = start; area != target; area = graph.Tasks[path[^1]].To)
        {
            path.Add(first[area]!.Value);
        }

        return path.ToImmutable();
    }

    /// <summary>The end of a path: from an area to the target, through these areas.</summary>
    private sealed record End(int Area, int? Task, End? Rest, BigInteger Areas, bool HasCircle, EasiRemainder Remainder, double Bound)
    {
        public static End Last(int target) => new(target, null, null, BigInteger.One << target, false, EasiRemainder.Done, 0);

        /// <summary>Its tasks in the order in which they are done.</summary>
        public ImmutableArray<int> Tasks()
        {
            var tasks = ImmutableArray.CreateBuilder<int>();
            for (var end = this; end is { Task: { } task }; end = end.Rest)
            {
                tasks.Add(task);
            }

            return tasks.ToImmutable();
        }
    }

    private sealed class Search(PathGraph graph, int start, EasiResponse response, CommunicationDraw draw, bool canCircle)
    {
        private readonly PriorityQueue<End, (double Bound, double MeanSeconds, int Number)> _open = new();
        private readonly List<End>?[] _ends = new List<End>?[graph.Areas];
        private readonly bool[] _isReachable = Reachable(graph, start);

        // No path enters an area twice, so no beginning takes longer than the longest task into each area, one after the other.
        private readonly double _secondsMax = graph.Into.Sum(tasks => tasks.Select(task => graph.Tasks[task].Task.MeanSeconds).DefaultIfEmpty(0).Max());
        private readonly double _varianceMax = graph.Into.Sum(tasks => tasks.Select(task => graph.Tasks[task].Task.DeviationSeconds).DefaultIfEmpty(0).Max(deviation => deviation * deviation));
        private int _numbered;

        /// <param name="known">A path, to begin with.</param>
        /// <returns>No best where it would go in a circle.</returns>
        public (End? Best, bool IsProven) Run(ImmutableArray<int> known, int endsMax)
        {
            var last = End.Last(graph.Tasks[known[^1]].To);
            var best = known.Reverse().Aggregate(last, (end, task) => Extended(end, task)!);
            var circles = 0;
            Look(last, best.Bound);
            for (var looked = 0; _open.TryDequeue(out var end, out _) && end.Bound < best.Bound; looked++)
            {
                if (end.HasCircle && ++circles > CirclesMax)
                {
                    return (null, false);
                }

                if (looked == endsMax)
                {
                    return (best.HasCircle ? null : best, false);
                }

                foreach (var task in graph.Into[end.Area])
                {
                    if (Extended(end, task) is not { } longer)
                    {
                        continue;
                    }

                    if (longer.Area != start)
                    {
                        Look(longer, best.Bound);
                    }
                    else if (longer.Bound < best.Bound)
                    {
                        best = longer;
                    }
                }
            }

            return (best.HasCircle ? null : best, true);
        }

        /// <summary>Takes an end into the search, unless it cannot beat the best or another one is never worse.</summary>
        private void Look(End end, double best)
        {
            var known = _ends[end.Area] ??= [];
            if (end.Bound >= best || known.Exists(other => Replaces(other, end)))
            {
                return;
            }

            known.RemoveAll(other => Replaces(end, other));
            known.Add(end);
            _open.Enqueue(end, (end.Bound, end.Remainder.MeanSeconds, _numbered++));
        }

        /// <summary>One more task before an end; null where that leads nowhere, or goes in a circle and must not.</summary>
        private End? Extended(End end, int task)
        {
            var area = graph.Tasks[task].From;
            var bit = BigInteger.One << area;
            var isCircle = !(end.Areas & bit).IsZero;
            if (!_isReachable[area] || (isCircle && !canCircle))
            {
                return null;
            }

            var remainder = end.Remainder.Before(graph.Tasks[task].Task, response, draw);
            return new(
                area,
                task,
                end,
                end.Areas | bit,
                end.HasCircle || isCircle,
                remainder,
                area == start ? remainder.Interrupted : Math.Min(remainder.Interrupted, LeastInTime(remainder)));
        }

        private bool Replaces(End one, End other) =>
            IsNeverWorse(one.Remainder, other.Remainder, response, _secondsMax) && (canCircle || (one.Areas & ~other.Areas).IsZero);

        /// <summary>The least chance of an alarm at this end or before it to be answered in time.</summary>
        private double LeastInTime(EasiRemainder remainder) => Easi.InTime(
            remainder.MeanSeconds,
            remainder.MeanSeconds > response.MeanSeconds ? remainder.Variance + _varianceMax : remainder.Variance,
            response);
    }
}

/// <summary>The most vulnerable path.</summary>
/// <param name="Tasks">Indices of its tasks, in the order in which they are done.</param>
/// <param name="Interruption">P_I on it.</param>
/// <param name="Critical">Its critical detection point with the margin; null where the response is too slow even for its first task.</param>
/// <param name="IsProven">False where the search was ended by its limit: a path with a lower P_I may exist.</param>
public sealed record VulnerablePathAnswer(ImmutableArray<int> Tasks, double Interruption, CriticalPoint? Critical, bool IsProven);
