using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;
using CityTwin.Testing.Dependencies;
using Xunit;

namespace CityTwin.Reference.Tests.Dependencies;

/// <summary>The kernel, and the oracle that the properties measure it by, against the levels somebody else computed.</summary>
public sealed class DependencyReferenceTests
{
    private const string Absent = "(no reference cases)";

    public static TheoryData<string> Cases =>
        [.. DependencyCase.All.Select(item => item.Id).DefaultIfEmpty(Absent)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_gives_the_reference_levels(string id)
    {
        var item = Find(id);
        var kernel = Kernel.Compile(item.Rules);
        var state = KernelState.Begin(kernel, 0);
        var seen = new List<(long At, string Levels)> { (0, Text(item.Rules.Select(rule => (rule.Segment, state.LevelOf(rule.Segment))))) };
        var events = item.Events.ToDictionary(batch => batch.At);
        while (Math.Min(state.NextTimer ?? long.MaxValue, events.Keys.Where(at => at > state.Now).DefaultIfEmpty(long.MaxValue).Min()) is var next && next <= item.Horizon)
        {
            var batch = events.GetValueOrDefault(next);
            state.Settle(
                next,
                batch is null ? [] : [.. batch.Ceilings.Select(pair => new CeilingSetting(kernel.IndexOf(pair.Key), pair.Value))],
                batch is null ? [] : [.. batch.Starts.Select(kernel.IndexOf)]);
            Add(seen, next, state.Changes.ToArray().Select(change => (kernel.Segments[change.Segment], (int)change.AfterPermille)));
        }

        AssertSame(item, seen);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Oracle_gives_the_reference_levels(string id)
    {
        var item = Find(id);
        var city = new NaiveCity(item.Rules);
        var seen = new List<(long At, string Levels)> { (0, Text(item.Rules.Select(rule => (rule.Segment, city.LevelOf(rule.Segment))))) };
        var events = item.Events.ToDictionary(batch => batch.At);
        while (city.Now < item.Horizon)
        {
            var before = city.Levels.ToArray();
            var batch = events.GetValueOrDefault(city.Now + 1);
            city.Tick(batch?.Ceilings ?? ImmutableDictionary<SegmentId, int>.Empty, batch?.Starts ?? []);
            Add(seen, city.Now, item.Rules.Select((rule, s) => (rule.Segment, s)).Where(pair => city.Levels[pair.s] != before[pair.s])
                .Select(pair => (pair.Segment, city.Levels[pair.s])));
        }

        AssertSame(item, seen);
    }

    private static DependencyCase Find(string id)
    {
        Assert.SkipWhen(id == Absent, $"There are no cases in {Repository.Reference}/dependencies.");
        return DependencyCase.All.Single(item => item.Id == id);
    }

    private static void Add(List<(long At, string Levels)> seen, long at, IEnumerable<(SegmentId, int)> levels)
    {
        var text = Text(levels);
        if (text.Length > 0)
        {
            seen.Add((at, text));
        }
    }

    private static string Text(IEnumerable<(SegmentId Segment, int Level)> levels) =>
        string.Join(' ', levels.OrderBy(pair => pair.Segment).Select(pair => $"{pair.Segment}={pair.Level}"));

    private static void AssertSame(DependencyCase item, List<(long At, string Levels)> seen)
    {
        var expected = item.Changes.Select(tick => (tick.At, Text(tick.Levels.Select(pair => (pair.Key, pair.Value))))).ToList();
        var (first, ours) = expected.Zip(seen).FirstOrDefault(pair => pair.First != pair.Second);
        Assert.True(
            expected.SequenceEqual(seen),
            $"{item.Id}: {item.About}\n  expected {first}\n  but was  {ours}\n  (reference has {expected.Count} ticks with changes, we have {seen.Count})");
    }
}
