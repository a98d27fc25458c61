using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Simulation.Tests.Chaos;

/// <summary>
/// Holds what was decided against the kernel: the ceiling log, replayed with its times and starts, gives the level of
/// every segment after every batch, and changes nothing between two batches.
/// </summary>
internal sealed class ChaosVerdict(IReadOnlyDictionary<CityHash, CascadePlan> plans)
{
    private readonly CeilingLogReplay _replay = new(
        definition => Kernel.Compile([.. plans[definition].Segments.Select(segment => (segment.Id, segment.Rule))]));

    private readonly Dictionary<SegmentId, int> _level = [];
    private readonly Dictionary<SegmentId, (long Version, int Level)> _ceiling = [];

    public IEnumerable<string> Of(
        IReadOnlyList<BatchDecided> log, IReadOnlyDictionary<string, ChaosSegment> segments, bool isAtRest, long now)
    {
        if (!isAtRest)
        {
            yield return $"The city is not at rest at {now}.";
        }

        foreach (var wrong in log.SelectMany(Take))
        {
            yield return wrong;
        }

        foreach (var (id, segment) in segments)
        {
            var facts = segment.State.Facts;
            var ceiling = _ceiling.GetValueOrDefault(facts.Id, (0, 1000));
            if ((facts.CauseVersion, facts.CeilingPermille) != ceiling)
            {
                yield return $"{id} has version {facts.CauseVersion} of its ceiling, the log {ceiling.Version}.";
            }

            var level = _level.GetValueOrDefault(facts.Id, 1000);
            if (segment.State.Decided.LevelPermille != level)
            {
                yield return $"{id} believes {segment.State.Decided.LevelPermille}, decided is {level}.";
            }
        }
    }

    private IEnumerable<string> Take(BatchDecided batch)
    {
        foreach (var change in batch.Changes)
        {
            if (change.Version <= _ceiling.GetValueOrDefault(change.Segment).Version)
            {
                yield return $"Batch {batch.Number} takes version {change.Version} of {change.Segment} again.";
            }

            _ceiling[change.Segment] = (change.Version, change.CeilingPermille);
        }

        foreach (var moved in _replay.Take(batch))
        {
            yield return $"Before batch {batch.Number}, {moved} changes by itself; live it did not.";
        }

        foreach (var settled in batch.Settled)
        {
            _level[settled.Segment] = settled.LevelPermille;
        }

        var kernel = _replay.State!.Kernel;
        foreach (var gone in _level.Keys.Where(segment => !kernel.TryIndexOf(segment, out _)).ToList())
        {
            _level.Remove(gone);
            _ceiling.Remove(gone);
        }

        foreach (var segment in kernel.Segments)
        {
            var level = _level.GetValueOrDefault(segment, 1000);
            if (level != _replay.State.LevelOf(segment))
            {
                yield return $"Batch {batch.Number} at {batch.At}: {segment} is {level}, the replay says {_replay.State.LevelOf(segment)}.";
            }
        }
    }
}
