using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Dependencies;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Dependencies;

/// <summary>
/// The kernel's worklist and its long rings only show in a city with more vertices than a few words of bits; random
/// cities of a dozen segments know neither.
/// </summary>
public sealed class LargeCityProperties
{
    private const int Segments = 5_000;
    private const int Neighbourhood = 300;
    private const long Horizon = 8;

    [Fact]
    public void Kernel_equals_the_naive_city_when_the_city_is_large() => EqualsNaive(Rule);

    [Fact]
    public void Kernel_equals_the_naive_city_when_a_large_ring_only_chooses() =>
        EqualsNaive((draws, place) => new(Needs: Choice(draws, place - Neighbourhood, place + Neighbourhood)));

    private static void EqualsNaive(Func<Draws, int, SegmentRule> rule) => Gen.ULong.Sample(
        seed =>
        {
            var draws = new Draws(seed);
            ImmutableArray<(SegmentId Segment, SegmentRule Rule)> rules = [.. Enumerable.Range(0, Segments).Select(place => (Id(place), rule(draws, place)))];
            var naive = new NaiveCity(rules);
            var state = KernelState.Begin(Kernel.Compile(rules), 0);
            for (var at = 1L; at <= Horizon; at++)
            {
                var segments = draws.Some([.. Enumerable.Range(0, Segments)], 0, 200);
                var ceilings = segments.ToDictionary(Id, _ => draws.OneOf([0, 0, 300, 500, 776, 777, 778, 1000, 1000]));
                int[] starts = draws.Chance(30) ? [.. draws.Some([.. Enumerable.Range(0, Segments)], 1, 200)] : [];
                naive.Tick(ceilings, [.. starts.Select(Id)]);
                state.Settle(at, [.. segments.Select(segment => new CeilingSetting(segment, ceilings[Id(segment)]))], starts);
                for (var s = 0; s < Segments; s++)
                {
                    Assert.True(naive.Levels[s] == state.LevelOf(s), $"seed {seed}: {Id(s)} at {at}: {naive.Levels[s]}, not {state.LevelOf(s)}");
                }
            }
        },
        iter: 4);

    /// <summary>Supply flows from places before; needs lead anywhere near, so that there are rings.</summary>
    private static SegmentRule Rule(Draws draws, int place)
    {
        var isSupplied = place > 0 && draws.Chance(60);
        return new(
            isSupplied ? Term(draws, place - Neighbourhood, place - 1) : null,
            draws.Chance(isSupplied ? 20 : 70) ? Term(draws, place - Neighbourhood, place + Neighbourhood) : null,
            isSupplied && draws.Chance(15) ? new(draws.Between(1, 10) * 100, draws.Between(1, 4), draws.Chance(70) ? draws.Between(1, 4) : null) : null,
            draws.Chance(10) ? draws.Between(1, 3) : null);
    }

    private static Expression Term(Draws draws, int first, int last) => draws.Chance(15)
        ? new Curve(Near(draws, first, last), [new(0, 0), new(500, 600), new(1000, 1000)])
        : Choice(draws, first, last);

    private static Expression Choice(Draws draws, int first, int last)
    {
        var terms = Enumerable.Range(0, draws.Between(1, 4)).Select(_ => Near(draws, first, last)).ToImmutableArray<Expression>();
        return draws.Between(0, 5) switch
        {
            0 => new Least(terms),
            1 or 2 => new Greatest(terms),
            3 => terms[0],
            _ => new KthLargest(draws.Between(1, terms.Length), terms),
        };
    }

    private static Supplier Near(Draws draws, int first, int last) => new(Id(draws.Between(Math.Max(0, first), Math.Min(Segments - 1, last))));

    private static SegmentId Id(int place) => new($"s{place}");
}
