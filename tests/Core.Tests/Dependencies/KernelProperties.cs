using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Dependencies;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Dependencies;

/// <summary>The theorems of the dependency calculus, on random cities.</summary>
public sealed class KernelProperties
{
    private const int Cities = 1_000;

    [Fact]
    public void Kernel_equals_the_naive_city_at_every_tick() => RandomCity.Gen.Sample(
        city =>
        {
            var naive = new NaiveCity(city.Rules);
            var state = KernelState.Begin(Kernel.Compile(city.Rules), 0);
            for (var at = 1L; at <= city.Horizon; at++)
            {
                var batch = city.Batches.SingleOrDefault(batch => batch.At == at);
                naive.Tick(batch?.Ceilings ?? ImmutableSortedDictionary<SegmentId, int>.Empty, batch?.Starts ?? []);
                KernelRun.Settle(state, at, city);
                foreach (var (segment, rule) in city.Rules)
                {
                    Assert.True(naive.LevelOf(segment) == state.LevelOf(segment), $"{segment} at {at}: {naive.LevelOf(segment)}, not {state.LevelOf(segment)}");
                    if (rule.Backup is { } backup)
                    {
                        var (charge, full) = naive.ChargeOf(segment);
                        var ours = OperatorRules.ChargeAt(backup, state.OperatorOf(state.Kernel.IndexOf(segment))!, at);
                        Assert.Equal(charge * BackupRules.Full(backup), ours * full);
                    }
                }
            }
        },
        iter: Cities);

    [Fact]
    public void Levels_do_not_depend_on_the_order_of_segments_or_of_changes() => Gen.Select(RandomCity.Gen, Gen.ULong).Sample(
        (city, seed) =>
        {
            var draws = new Draws(seed);
            var names = city.Rules.Select(rule => rule.Segment).ToArray();
            var shuffled = city with
            {
                Rules = [.. draws.Shuffled(city.Rules)],
                Batches = [.. city.Batches.Select(batch => batch with { Starts = [.. draws.Shuffled(batch.Starts)] })],
            };
            Assert.Equal(KernelRun.EveryTick(city, names), KernelRun.EveryTick(shuffled, names));
        },
        iter: Cities);

    [Fact]
    public void Settled_levels_are_a_fixed_point_of_each_segments_own_rule() => RandomCity.Gen.Sample(
        city =>
        {
            var kernel = Kernel.Compile(city.Rules);
            var state = KernelState.Begin(kernel, 0);
            var memory = kernel.Rules.Select(rule => (OperatorState?)null).ToArray();
            var ceilings = kernel.Segments.Select(_ => 1000).ToArray();
            AssertFixedPoint(state, memory, ceilings, []);
            foreach (var batch in city.Batches)
            {
                while (state.AdvanceOne(batch.At - 1))
                {
                    AssertFixedPoint(state, memory, ceilings, []);
                }

                KernelRun.Settle(state, batch);
                AssertFixedPoint(state, memory, ceilings, [.. batch.Starts]);
            }
        },
        iter: Cities);

    [Fact]
    public void Settling_again_changes_nothing() => RandomCity.Gen.Sample(
        city =>
        {
            var state = KernelState.Begin(Kernel.Compile(city.Rules), 0);
            foreach (var batch in city.Batches)
            {
                KernelRun.Settle(state, batch);
                if (state.NextTimer == batch.At + 1 || city.Batches.Any(other => other.At == batch.At + 1))
                {
                    continue;
                }

                var before = Everything(state);
                state.SettleEverything(batch.At + 1, [], []);
                Assert.True(state.Changes.IsEmpty);
                Assert.Equal(before, Everything(state));
            }
        },
        iter: Cities);

    [Fact]
    public void Going_from_event_to_event_equals_going_tick_by_tick() => RandomCity.Gen.Sample(
        city =>
        {
            var byEvent = KernelState.Begin(Kernel.Compile(city.Rules), 0);
            var byTick = KernelState.Begin(Kernel.Compile(city.Rules), 0);
            foreach (var batch in city.Batches)
            {
                KernelRun.Settle(byEvent, batch);
                while (byTick.Now < batch.At - 1)
                {
                    byTick.SettleEverything(byTick.Now + 1, [], []);
                }

                KernelRun.Settle(byTick, batch);
                Assert.Equal(Everything(byEvent), Everything(byTick));
            }
        },
        iter: Cities);

    [Fact]
    public void State_read_out_and_restored_goes_on_the_same() => RandomCity.Gen.Sample(
        city =>
        {
            var kernel = Kernel.Compile(city.Rules);
            var state = KernelState.Begin(kernel, 0);
            foreach (var batch in city.Batches)
            {
                var restored = KernelState.Restore(kernel, state.Now, Everything(state));
                var fork = new KernelState(kernel);
                fork.CopyFrom(state);
                KernelRun.Settle(state, batch);
                KernelRun.Settle(restored, batch);
                Assert.NotEqual(state.Now, fork.Now);
                KernelRun.Settle(fork, batch);
                Assert.Equal(Everything(state), Everything(restored));
                Assert.Equal(Everything(state), Everything(fork));
                Assert.Equal(state.NextTimer, restored.NextTimer);
            }
        },
        iter: Cities);

    [Fact]
    public void Changes_name_exactly_the_levels_that_changed() => RandomCity.Gen.Sample(
        city =>
        {
            var state = KernelState.Begin(Kernel.Compile(city.Rules), 0);
            foreach (var batch in city.Batches)
            {
                state.Advance(batch.At - 1);
                var before = Everything(state);
                KernelRun.Settle(state, batch);
                var expected = Everything(state).Select((after, s) => new LevelChange(s, (short)before[s].LevelPermille, (short)after.LevelPermille))
                    .Where(change => change.BeforePermille != change.AfterPermille);
                Assert.Equal(expected, state.Changes.ToArray().OrderBy(change => change.Segment));
            }
        },
        iter: Cities);

    internal static SegmentSnapshot[] Everything(KernelState state) =>
        [.. Enumerable.Range(0, state.Kernel.Segments.Length).Select(state.Read).Select(Comparable)];

    /// <summary>Immutable arrays compare by identity; an empty or equal window must count as equal.</summary>
    private static SegmentSnapshot Comparable(SegmentSnapshot snapshot) =>
        snapshot with { Operator = snapshot.Operator is { } memory ? memory with { Window = Interned(memory.Window) } : null };

    private static readonly Dictionary<string, ImmutableArray<WindowStep>> Windows = [];

    private static ImmutableArray<WindowStep> Interned(ImmutableArray<WindowStep> window)
    {
        lock (Windows)
        {
            var key = string.Join(' ', window);
            return Windows.TryGetValue(key, out var known) ? known : Windows[key] = window;
        }
    }

    /// <summary>
    /// What a segment's own grain computes from its memory and its suppliers' levels is what the kernel holds; and the
    /// memory it would keep is the kernel's, to the byte.
    /// </summary>
    private static void AssertFixedPoint(KernelState state, OperatorState?[] memory, int[] ceilings, HashSet<SegmentId> started)
    {
        var due = long.MaxValue;
        for (var s = 0; s < memory.Length; s++)
        {
            var segment = state.Kernel.Segments[s];
            var rule = state.Kernel.Rules[s];
            var context = new RuleContext(state.Now, ceilings[s], state.CeilingOf(s), started.Contains(segment), state.ReachOf(s));
            var settled = RuleEvaluation.Up(rule, memory[s], context, state.LevelOf);
            Assert.Equal(settled.LevelPermille, state.LevelOf(s));
            memory[s] = OperatorRules.After(rule, memory[s], state.Now, context.IsStarted, settled);
            Assert.Equal(memory[s]?.Window.AsEnumerable(), state.OperatorOf(s)?.Window.AsEnumerable());
            Assert.Equal(memory[s] is { } ours ? ours with { Window = default } : null, state.OperatorOf(s) is { } kernels ? kernels with { Window = default } : null);
            due = Math.Min(due, OperatorRules.NextTimer(rule, memory[s], state.Now) ?? long.MaxValue);
            ceilings[s] = state.CeilingOf(s);
        }

        Assert.Equal(due, state.NextTimer ?? long.MaxValue);
    }
}
