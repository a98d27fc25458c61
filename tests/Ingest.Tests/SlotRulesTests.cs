using System.Collections.Immutable;
using CityTwin.Grains.Storing;
using CityTwin.Ingest.Leasing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class SlotRulesTests
{
    private static readonly SlotNames Names = new("city");
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Silo_alone_takes_all_slots_and_of_those_that_come_later_each_gets_its_part()
    {
        Assert.Equal(["city", "city-1", "city-2"], SlotRules.Plan("a", Names, 3, []).Hold);

        var plan = SlotRules.Plan("a", Names, 3, [Of("city", "a"), Of("city-1", "a"), Of("city-2", "a"), Of("city/a", "a"), Of("city/b", "b")]);

        Assert.Equal(["city", "city-1"], plan.Hold);
        Assert.Equal(["city-2"], plan.Leave);
    }

    [Fact]
    public void Slot_beyond_the_number_is_held_as_long_as_its_session_may_keep_messages() =>
        Assert.Equal(["city", "city-5"], SlotRules.Plan("a", Names, 1, [Of("city-5", "gone", isInForce: false)]).Hold);

    [Fact]
    public async Task Silos_that_come_and_go_share_all_slots_evenly_within_three_beats_and_never_hold_one_twice() =>
        await Gen.Select(Gen.Int[1, 12], Gen.Int[1, 9].List[1, 6]).SampleAsync(async (slots, numbers) =>
        {
            var clock = new FakeTimeProvider();
            var table = new LeaseTable(clock);
            foreach (var silos in numbers)
            {
                // Those who have gone said nothing: their leases run out.
                clock.Advance(Term);
                ImmutableDictionary<string, ImmutableArray<string>> held = ImmutableDictionary<string, ImmutableArray<string>>.Empty;
                for (var beat = 0; beat < 3; beat++)
                {
                    foreach (var silo in Enumerable.Range(0, silos).Select(number => $"silo-{number}"))
                    {
                        held = held.SetItem(silo, await Act(silo, slots, table));
                    }
                }

                var parts = held.Values.Select(part => part.Length).Order().ToList();
                Assert.True(parts[^1] - parts[0] <= 1, $"{silos} silos share {slots} slots as {string.Join(' ', parts)}.");
                var all = held.Values.SelectMany(part => part).ToList();
                Assert.Equal(all.Count, all.Distinct().Count());
                Assert.True(all.Count >= slots, $"{silos} silos hold {all.Count} of {slots} slots.");
            }
        }, iter: 300, print: sample => $"slots {sample.Item1}, silos {string.Join(' ', sample.Item2)}");

    /// <summary>One beat of a silo whose connections end at once.</summary>
    private static async Task<ImmutableArray<string>> Act(string silo, int slots, LeaseTable table)
    {
        var plan = SlotRules.Plan(silo, Names, slots, await table.Look(Cancellation));
        await table.Release(silo, plan.Leave, Cancellation);
        var held = await table.Hold(silo, [Names.Presence(silo), .. plan.Hold], Term, Cancellation);
        return [.. plan.Hold.Where(held.Contains)];
    }

    private static Lease Of(string name, string owner, bool isInForce = true) => new(name, owner, isInForce);
}
