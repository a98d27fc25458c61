using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CsCheck;

namespace CityTwin.Testing.Dependencies;

/// <summary>A small city with everything the calculus knows, and a history of batches for it.</summary>
/// <param name="Batches">By rising tick, 1..<paramref name="Horizon"/>.</param>
public sealed record RandomCity(
    ulong Seed,
    ImmutableArray<(SegmentId Segment, SegmentRule Rule)> Rules,
    ImmutableArray<RandomBatch> Batches,
    long Horizon)
{
    /// <summary>
    /// Cities of 3 to 16 segments: all operators, networks, rings through needs, backups, lags, starts. Times are small,
    /// so that emptying, release and events often meet in one tick.
    /// </summary>
    public static Gen<RandomCity> Gen { get; } =
        CsCheck.Gen.Select(CsCheck.Gen.Int[1, 8], CsCheck.Gen.Int[0, 8], CsCheck.Gen.ULong, Build);

    /// <summary>Builds the city that a seed names.</summary>
    /// <param name="blocks">Plain segments and networks; supply only flows from a block to later ones.</param>
    public static RandomCity Build(int blocks, int batches, ulong seed)
    {
        var draws = new Draws(seed);
        var layout = Layout(draws, blocks);
        var all = layout.SelectMany(block => block).ToArray();
        var rules = new List<(SegmentId, SegmentRule)>();
        for (var b = 0; b < layout.Count; b++)
        {
            var earlier = layout.Take(b).SelectMany(block => block).Select(member => member.Id).ToArray();
            rules.AddRange(layout[b].Select(draft => (draft.Id, Rule(draws, draft, earlier, all))));
        }

        const int horizon = 40;
        var ids = all.Select(draft => draft.Id).ToArray();
        var times = Enumerable.Range(0, batches).Select(_ => draws.Between(1, horizon)).Distinct().Order();
        return new(seed, [.. rules], [.. times.Select(at => Batch(draws, at, ids))], horizon);
    }

    public override string ToString() =>
        $"seed {Seed}\n{string.Join('\n', Rules.Select(rule => $"  {rule.Segment}: {rule.Rule}"))}\n{string.Join('\n', Batches)}";

    private sealed record Draft(SegmentId Id, NetworkMembership? Membership);

    private static List<Draft[]> Layout(Draws draws, int blocks)
    {
        var layout = new List<Draft[]>();
        var count = 0;
        SegmentId Next() => new($"s{count++}");
        for (var b = 0; b < blocks; b++)
        {
            if (!draws.Chance(25))
            {
                layout.Add([new(Next(), null)]);
                continue;
            }

            var network = new NetworkId($"n{b}");
            var nodes = Enumerable.Range(0, draws.Between(1, 4)).Select(_ => Next()).ToArray();
            var sources = draws.Some(nodes, 1, 2).ToHashSet();
            var links = nodes.Length == 1 ? 0 : draws.Between(1, 5);
            layout.Add([
                .. nodes.Select(node => new Draft(node, new(network, null, sources.Contains(node)))),
                .. Enumerable.Range(0, links).Select(_ =>
                {
                    var ends = draws.Some(nodes, 2, 2);
                    return new Draft(Next(), new(network, new(ends[0], ends[1]), false));
                }),
            ]);
        }

        return layout;
    }

    private static SegmentRule Rule(Draws draws, Draft draft, SegmentId[] earlier, Draft[] all)
    {
        var feeds = draft.Membership is null or { IsSource: true };
        var others = all.Select(other => other.Id).Where(id => id != draft.Id).ToArray();
        return new(
            feeds && earlier.Length > 0 && draws.Chance(80) ? Term(draws, earlier, 2) : null,
            others.Length > 0 && draws.Chance(35) ? Term(draws, others, 2) : null,
            feeds && draws.Chance(35) ? new(draws.Between(0, 10) * 100, draws.Between(1, 12), draws.Chance(70) ? draws.Between(1, 12) : null) : null,
            draws.Chance(35) ? draws.Between(1, 6) : null,
            draft.Membership);
    }

    private static Expression Term(Draws draws, SegmentId[] suppliers, int depth)
    {
        if (depth == 0 || draws.Chance(40))
        {
            return draws.Chance(5) ? new Constant(draws.Between(0, 1000)) : new Supplier(draws.OneOf(suppliers));
        }

        var terms = Enumerable.Range(0, draws.Between(1, 4)).Select(_ => Term(draws, suppliers, depth - 1)).ToImmutableArray();
        return draws.Between(0, 5) switch
        {
            0 => new Least(terms),
            1 => new Greatest(terms),
            2 => new KthLargest(draws.Between(1, terms.Length), terms),
            3 => new Pool([.. terms.Select(term => new Weighted(term, draws.Between(0, 12) * 100_001))]),
            4 => new Leontief([.. terms.Select(term => new Weighted(term, draws.Between(0, 12) * 99_999))]),
            _ => new Curve(terms[0], Points(draws)),
        };
    }

    private static ImmutableArray<CurvePoint> Points(Draws draws)
    {
        var ins = draws.Some([0, 100, 250, 333, 500, 750, 999, 1000], 1, 4).Order().ToArray();
        var outs = ins.Select(_ => draws.Between(0, 1000)).Order().ToArray();
        return [.. ins.Zip(outs, (from, to) => new CurvePoint(from, to))];
    }

    private static RandomBatch Batch(Draws draws, long at, SegmentId[] ids) => new(
        at,
        draws.Some(ids, 0, 3).ToImmutableSortedDictionary(id => id, _ => draws.OneOf([0, 0, 0, 300, 500, 777, 1000, 1000, 1000])),
        draws.Chance(30) ? [.. draws.Some(ids, 1, 4)] : []);
}

/// <summary>Everything that happens in one instant.</summary>
public sealed record RandomBatch(long At, ImmutableSortedDictionary<SegmentId, int> Ceilings, ImmutableArray<SegmentId> Starts)
{
    public override string ToString() =>
        $"  t={At}: {string.Join(", ", Ceilings.Select(pair => $"{pair.Key} to {pair.Value}"))}; start {string.Join(", ", Starts)}";
}
