using CityTwin.Protocol.V1;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>
/// What somebody knows who has watched the things of one kind all the time, over whatever silo answered. A watch leaves out
/// what was overtaken, so that each thing may jump ahead; it must never go back, nor come to rest on something old.
/// </summary>
/// <param name="nameOf">Of a thing.</param>
/// <param name="ageOf">A number that only grows in the life of a thing.</param>
/// <param name="shown">What must be the same in a list, as text.</param>
internal sealed class WatchedThings<T>(Func<T, string> nameOf, Func<T, long> ageOf, Func<T, string> shown)
    where T : class
{
    private const int FaultsMax = 100;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, T> _known = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private bool _waitsForSnapshot = true;

    /// <summary>How often it was told that something was missed.</summary>
    public int Gaps { get; private set; }

    public long Messages { get; private set; }

    public void Take(WatchKind kind, T? thing, string removed)
    {
        lock (_lock)
        {
            Messages++;
            switch (kind)
            {
                case WatchKind.Gap:
                    Gaps++;
                    _known.Clear();
                    _waitsForSnapshot = true;
                    break;
                case WatchKind.Snapshot:
                    Check(_waitsForSnapshot, $"a snapshot of {nameOf(thing!)} comes without a gap before it");
                    _known[nameOf(thing!)] = thing!;
                    break;
                case WatchKind.Changed:
                    var name = nameOf(thing!);
                    Check(!_waitsForSnapshot, $"a change of {name} comes before the snapshot");
                    Check(
                        !_known.TryGetValue(name, out var before) || ageOf(before) <= ageOf(thing!),
                        $"{name} goes back from {(before is null ? 0 : ageOf(before))} to {ageOf(thing!)}");
                    _known[name] = thing!;
                    break;
                case WatchKind.Removed:
                    _known.Remove(removed);
                    break;
                case WatchKind.Checkpoint:
                    _waitsForSnapshot = false;
                    break;
            }
        }
    }

    /// <summary>Where this differs from a list, and whatever went wrong on the way.</summary>
    public IEnumerable<string> Open(IEnumerable<T> listed, string where)
    {
        var expected = listed.ToDictionary(nameOf, shown, StringComparer.Ordinal);
        lock (_lock)
        {
            return
            [
                .. _faults,
                .. expected.Where(thing => !_known.TryGetValue(thing.Key, out var known) || shown(known) != thing.Value)
                    .Select(thing => $"{where} lists {thing.Key} as {thing.Value}, who watched knows {(_known.TryGetValue(thing.Key, out var known) ? shown(known) : "nothing")}"),
                .. _known.Keys.Where(name => !expected.ContainsKey(name)).Select(name => $"{where} does not list {name}, who watched knows it"),
            ];
        }
    }

    private void Check(bool holds, string fault)
    {
        if (!holds && _faults.Count < FaultsMax)
        {
            _faults.Add($"watch: {fault}");
        }
    }
}
