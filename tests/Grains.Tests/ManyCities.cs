using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing.Dependencies;

namespace CityTwin.Grains.Tests;

/// <summary>Random cities side by side in one definition: they share a coordinator and nothing else.</summary>
internal sealed record ManyCities(City City, ImmutableArray<ImmutableArray<(SegmentId Segment, SegmentRule Rule)>> Parts)
{
    /// <param name="grown">With other sizes, so that against the same count some segments are new and some are gone.</param>
    public static ManyCities Of(int count, ulong seed, bool grown = false)
    {
        var parts = Enumerable.Range(0, count).Select(part =>
        {
            var prefix = $"c{part}-";
            return RandomCity.Build(1 + ((grown ? part + 3 : part) % 8), 0, seed + (ulong)part).Rules
                .Select(rule => (Rename(rule.Segment, prefix), Rename(rule.Rule, prefix))).ToImmutableArray();
        }).ToImmutableArray();
        var segments = parts.SelectMany(part => part)
            .Select(rule => new Segment(rule.Item1, rule.Item1.Value, "random", new("power"), null, [], rule.Item2, false))
            .OrderBy(segment => segment.Id);
        var networks = parts.SelectMany(part => part).Select(rule => rule.Item2.Membership?.Network).OfType<NetworkId>().Distinct().Order()
            .Select(network => new Network(network, network.Value, new("power")));
        var city = new City(new($"random-{seed}"), "Random", "UTC", true, [], [.. networks], [.. segments], [], [], [], []);
        return new(city, parts);
    }

    private static SegmentId Rename(SegmentId id, string prefix) => new(prefix + id.Value);

    private static SegmentRule Rename(SegmentRule rule, string prefix) => rule with
    {
        Supply = rule.Supply is { } supply ? Rename(supply, prefix) : null,
        Needs = rule.Needs is { } needs ? Rename(needs, prefix) : null,
        Membership = rule.Membership is { } membership
            ? membership with
            {
                Network = new(prefix + membership.Network.Value),
                Ends = membership.Ends is { } ends ? new LinkEnds(Rename(ends.A, prefix), Rename(ends.B, prefix)) : null,
            }
            : null,
    };

    private static Expression Rename(Expression expression, string prefix)
    {
        return expression switch
        {
            Supplier supplier => new Supplier(Rename(supplier.Segment, prefix)),
            Least least => new Least(All(least.Of)),
            Greatest greatest => new Greatest(All(greatest.Of)),
            KthLargest votes => votes with { Of = All(votes.Of) },
            Pool pool => new Pool(Shares(pool.Of)),
            Leontief leontief => new Leontief(Shares(leontief.Of)),
            Curve curve => curve with { Of = Rename(curve.Of, prefix) },
            _ => expression,
        };

        ImmutableArray<Expression> All(ImmutableArray<Expression> of) => [.. of.Select(term => Rename(term, prefix))];

        ImmutableArray<Weighted> Shares(ImmutableArray<Weighted> of) => [.. of.Select(term => term with { Of = Rename(term.Of, prefix) })];
    }
}
