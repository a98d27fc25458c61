using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// The set of defences that is worth most within a budget. Up to <see cref="ExhaustiveMax"/> affordable sets all are tried.
/// Beyond, a heuristic: the single or pair with the greatest gain for its cost is added as long as one gains (pairs, because
/// two defences may be worth something only together), then items are swapped as long as that gains.
/// </summary>
public static class BestSet
{
    /// <summary>The most affordable sets, the empty one among them, that are all tried.</summary>
    public const int ExhaustiveMax = 4_096;

    /// <summary>The most sets that the heuristic tries; then it gives the best so far, and says so.</summary>
    public const int TriedMax = 20_000;

    /// <summary>By so much of the budget a sum of costs may exceed it: rounding, not money.</summary>
    private const double Rounding = 1e-12;

    /// <param name="costs">By item, at least 0.</param>
    /// <param name="value">What a set is worth, more being better; it gets sorted indices, and must give the same set the same value.</param>
    /// <returns>Of equally good sets a cheapest, and of those the first that was tried.</returns>
    public static BestSetAnswer Find(IReadOnlyList<double> costs, double budget, Func<ImmutableArray<int>, double> value)
    {
        Invariant.Hold(costs.All(cost => cost >= 0), "A cost is not negative.");
        Invariant.Hold(budget >= 0, "A budget is not negative.");
        budget *= 1 + Rounding;
        var search = new Search(costs, budget, value);
        if (Affordable(costs, budget) is { } all)
        {
            foreach (var set in all)
            {
                search.Try(set);
            }

            return search.Answer(isHeuristic: false, isCutShort: false);
        }

        var isCutShort = !(search.Grow() && search.Swap());
        return search.Answer(isHeuristic: true, isCutShort);
    }

    /// <summary>All sets within the budget; null where there are too many to try.</summary>
    private static List<ImmutableArray<int>>? Affordable(IReadOnlyList<double> costs, double budget)
    {
        List<ImmutableArray<int>> sets = [[]];
        for (var item = 0; item < costs.Count; item++)
        {
            for (var i = sets.Count - 1; i >= 0; i--)
            {
                if (CostOf(costs, sets[i]) + costs[item] <= budget)
                {
                    sets.Add(sets[i].Add(item));
                }
            }

            if (sets.Count > ExhaustiveMax)
            {
                return null;
            }
        }

        return sets;
    }

    private static double CostOf(IReadOnlyList<double> costs, ImmutableArray<int> set) => set.Sum(item => costs[item]);

    private sealed class Search(IReadOnlyList<double> costs, double budget, Func<ImmutableArray<int>, double> value)
    {
        private readonly Dictionary<string, double> _tried = new(StringComparer.Ordinal);
        private ImmutableArray<int> _best = [];
        private double _bestValue = double.NegativeInfinity;

        private bool IsFull => _tried.Count >= TriedMax;

        /// <summary>What the set is worth; remembers the best.</summary>
        public double Try(ImmutableArray<int> set)
        {
            var key = string.Join(',', set);
            if (!_tried.TryGetValue(key, out var worth))
            {
                worth = value(set);
                Invariant.Hold(!double.IsNaN(worth), "A set is worth a number.");
                _tried.Add(key, worth);
                if (worth > _bestValue || (worth == _bestValue && CostOf(costs, set) < CostOf(costs, _best)))
                {
                    (_best, _bestValue) = (set, worth);
                }
            }

            return worth;
        }

        /// <summary>Adds singles and pairs from nothing.</summary>
        /// <returns>False where it tried too many.</returns>
        public bool Grow()
        {
            ImmutableArray<int> set = [];
            for (var worth = Try(set); ;)
            {
                var (next, best) = (set, 0.0);
                foreach (var more in Larger(set))
                {
                    if (IsFull)
                    {
                        return false;
                    }

                    // What costs nothing and gains is always taken first.
                    var gain = Try(more) - worth;
                    var ratio = gain > 0 ? gain / (CostOf(costs, more) - CostOf(costs, set)) : 0;
                    if (ratio > best)
                    {
                        (next, best) = (more, ratio);
                    }
                }

                if (next == set)
                {
                    return true;
                }

                (set, worth) = (next, Try(next));
            }
        }

        /// <summary>Exchanges one item of the best set for another, or adds one, as long as that gains.</summary>
        /// <returns>False where it tried too many.</returns>
        public bool Swap()
        {
            for (var isBetter = true; isBetter;)
            {
                isBetter = false;
                var (set, worth) = (_best, _bestValue);
                foreach (var other in set.SelectMany(item => With(set.Remove(item))).Concat(With(set)))
                {
                    if (IsFull)
                    {
                        return false;
                    }

                    isBetter |= Try(other) > worth;
                }
            }

            return true;
        }

        public BestSetAnswer Answer(bool isHeuristic, bool isCutShort) =>
            new(_best, _bestValue, CostOf(costs, _best), isHeuristic, isCutShort, _tried.Count);

        private IEnumerable<ImmutableArray<int>> Larger(ImmutableArray<int> set) => With(set).Concat(
            Enumerable.Range(0, costs.Count).Where(item => !set.Contains(item)).SelectMany(item => With(Sorted(set, item)).Where(pair => pair.IndexOf(item) >= 0)));

        /// <summary>The set with one more item, where that is affordable.</summary>
        private IEnumerable<ImmutableArray<int>> With(ImmutableArray<int> set)
        {
            for (var item = 0; item < costs.Count; item++)
            {
                if (!set.Contains(item) && Sorted(set, item) is var more && CostOf(costs, more) <= budget)
                {
                    yield return more;
                }
            }
        }

        private static ImmutableArray<int> Sorted(ImmutableArray<int> set, int item) => [.. set.Add(item).Order()];
    }
}

/// <summary>The best set found.</summary>
/// <param name="Items">Sorted indices.</param>
/// <param name="IsHeuristic">True: not all sets were tried, so a better one may exist. The report says so.</param>
/// <param name="IsCutShort">True: the heuristic was stopped by its limit.</param>
/// <param name="Tried">How many sets were tried.</param>
public sealed record BestSetAnswer(ImmutableArray<int> Items, double Value, double Cost, bool IsHeuristic, bool IsCutShort, int Tried);
