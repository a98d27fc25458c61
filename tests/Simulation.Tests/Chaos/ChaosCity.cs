using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>
/// A small random city with everything the calculus knows: operators, networks with sources, links and ties, batteries,
/// restart lags, loops through needs. Times are short, so that they fall into a chaos run.
/// </summary>
internal static class ChaosCity
{
    public static ImmutableArray<(SegmentId Id, SegmentRule Rule)> Of(int seed)
    {
        var chance = new Random(seed);
        var names = Enumerable.Range(0, chance.Next(4, 14)).Select(i => new SegmentId("s" + i)).ToArray();
        var rules = new List<(SegmentId, SegmentRule)>();
        var loners = chance.Next(2, names.Length + 1);
        for (var i = 0; i < loners; i++)
        {
            rules.Add((names[i], new(
                i > 0 && chance.Next(4) > 0 ? Any(chance, names[..i], 2) : null,
                chance.Next(3) == 0 ? Any(chance, [.. names[..loners].Where(name => name != names[i])], 2) : null,
                chance.Next(3) == 0 ? AnyBackup(chance) : null,
                AnyLag(chance))));
        }

        if (names.Length - loners >= 2)
        {
            rules.AddRange(Network(chance, names[..loners], names[loners..]));
        }
        else
        {
            rules.AddRange(names[loners..].Select(name => (name, new SegmentRule(Supply: new Supplier(names[0])))));
        }

        return [.. rules];
    }

    private static IEnumerable<(SegmentId, SegmentRule)> Network(Random chance, SegmentId[] outside, SegmentId[] members)
    {
        var network = new NetworkId("grid");
        var nodes = (members.Length / 2) + 1;
        for (var i = 0; i < members.Length; i++)
        {
            var isSource = i == 0 || (i < nodes && chance.Next(4) == 0);
            var ends = i < nodes ? default(LinkEnds?)
                : new LinkEnds(members[(i - nodes) % nodes], members[Other(chance, nodes, (i - nodes) % nodes)]);
            yield return (members[i], new(
                isSource ? Any(chance, outside, 1) : null,
                chance.Next(4) == 0 ? Any(chance, [.. outside, .. members.Where((_, m) => m != i)], 1) : null,
                isSource && chance.Next(2) == 0 ? AnyBackup(chance) : null,
                AnyLag(chance),
                new(network, ends, isSource)));
        }
    }

    private static int Other(Random chance, int nodes, int than) => (than + chance.Next(1, Math.Max(2, nodes))) % nodes;

    private static Backup AnyBackup(Random chance) => new(
        chance.Next(2) == 0 ? 1000 : chance.Next(1, 1000), chance.Next(1, 300), chance.Next(3) == 0 ? null : chance.Next(1, 400));

    private static long? AnyLag(Random chance) => chance.Next(4) == 0 ? chance.Next(1, 200) : null;

    private static Expression Any(Random chance, SegmentId[] from, int depth)
    {
        if (from.Length == 0)
        {
            return new Constant(chance.Next(500, 1001));
        }

        ImmutableArray<Expression> Terms() => [.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => Any(chance, from, depth - 1))];

        ImmutableArray<Weighted> Shares() =>
            [.. Enumerable.Range(0, chance.Next(1, 4)).Select(_ => new Weighted(Any(chance, from, depth - 1), chance.Next(0, 900_000)))];

        return (depth == 0 ? 0 : chance.Next(9)) switch
        {
            3 => new Least(Terms()),
            4 => new Greatest(Terms()),
            5 when Terms() is var terms => new KthLargest(chance.Next(1, terms.Length + 1), terms),
            6 => new Pool(Shares()),
            7 => new Leontief(Shares()),
            8 => new Curve(Any(chance, from, depth - 1), [new(100, 0), new(600, chance.Next(100, 700)), new(1000, 1000)]),
            _ => new Supplier(from[chance.Next(from.Length)]),
        };
    }
}
