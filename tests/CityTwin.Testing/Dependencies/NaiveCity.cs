using System.Numerics;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Testing.Dependencies;

/// <summary>
/// The dependency calculus as its definition reads: tick by tick, every rule again and again until nothing changes,
/// first down and then up. It shares nothing with the kernel but the rules themselves, and is obviously right rather
/// than fast.
/// </summary>
public sealed class NaiveCity
{
    private readonly SegmentId[] _ids;
    private readonly SegmentRule[] _rules;
    private readonly Dictionary<SegmentId, int> _index;
    private readonly int[] _ceiling;
    private readonly BigInteger[] _charge;
    private readonly List<int>[] _inputs; // restart inputs settled since tick _since, one a tick
    private readonly long[] _since;
    private readonly int[] _backupInput;
    private int[] _levels;
    private long _now;

    /// <summary>Begins at tick 0 with ceilings and levels 1000 and full charges, and settles.</summary>
    public NaiveCity(IReadOnlyList<(SegmentId Segment, SegmentRule Rule)> rules)
    {
        _ids = [.. rules.Select(rule => rule.Segment)];
        _rules = [.. rules.Select(rule => rule.Rule)];
        _index = _ids.Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
        _ceiling = [.. _ids.Select(_ => 1000)];
        _levels = [.. _ids.Select(_ => 1000)];
        _charge = [.. _rules.Select(rule => rule.Backup is { } backup ? Full(backup) : 0)];
        _inputs = [.. _ids.Select(_ => new List<int>())];
        _since = [.. _ids.Select(_ => 0L)];
        _backupInput = [.. _ids.Select(_ => 1000)];
        Settle([.. _ceiling], []);
    }

    public long Now => _now;

    public IReadOnlyList<int> Levels => _levels;

    public int LevelOf(SegmentId segment) => _levels[_index[segment]];

    /// <summary>The charge as a fraction of full, to compare with the kernel's in whatever scale.</summary>
    public (BigInteger Charge, BigInteger Full) ChargeOf(SegmentId segment) =>
        _rules[_index[segment]].Backup is { } backup ? (_charge[_index[segment]], Full(backup)) : (0, 1);

    /// <summary>One tick: time elapses, then the ceilings and starts of that tick are one batch.</summary>
    public void Tick(IReadOnlyDictionary<SegmentId, int> ceilings, IReadOnlyCollection<SegmentId> starts)
    {
        _now++;
        for (var s = 0; s < _ids.Length; s++)
        {
            _charge[s] = Elapsed(s);
        }

        var next = _ceiling.ToArray();
        foreach (var (segment, ceiling) in ceilings)
        {
            next[_index[segment]] = ceiling;
        }

        Settle(next, [.. starts.Select(segment => _index[segment])]);
    }

    private void Settle(int[] nextCeiling, HashSet<int> started)
    {
        foreach (var s in started)
        {
            _levels[s] = 1000;
            _inputs[s].Clear();
            _since[s] = _now;
        }

        var lower = _ceiling.Zip(nextCeiling, Math.Min).ToArray();
        _levels = Until((levels, s, reach) => Math.Min(levels[s], Level(levels, s, reach, lower, _now - 1)), _levels, lower, _now - 1);
        nextCeiling.CopyTo(_ceiling, 0);
        _levels = Until((levels, s, reach) => Math.Max(levels[s], Level(levels, s, reach, _ceiling, _now)), _levels, _ceiling, _now);
        var settled = Reach(_levels, _ceiling, _now);
        for (var s = 0; s < _ids.Length; s++)
        {
            _backupInput[s] = Value(_rules[s].Supply, _levels);
            _inputs[s].Add(Input(_levels, s, settled));
        }
    }

    /// <summary>Applies a step to everybody at once until nothing changes.</summary>
    private int[] Until(Func<int[], int, int[], int> step, int[] levels, int[] ceiling, long windowAt)
    {
        while (true)
        {
            var reach = Reach(levels, ceiling, windowAt);
            var next = Enumerable.Range(0, _ids.Length).Select(s => step(levels, s, reach)).ToArray();
            if (next.SequenceEqual(levels))
            {
                return levels;
            }

            levels = next;
        }
    }

    private int Level(int[] levels, int s, int[] reach, int[] ceiling, long windowAt) =>
        Math.Min(ceiling[s], Math.Min(Window(s, windowAt), Input(levels, s, reach)));

    private int Input(int[] levels, int s, int[] reach) =>
        Math.Min(Value(_rules[s].Needs, levels), _rules[s].Membership is null ? Backed(levels, s) : reach[s]);

    private int Backed(int[] levels, int s)
    {
        var supply = Value(_rules[s].Supply, levels);
        return _rules[s].Backup is { } backup && _charge[s] > 0 ? Math.Max(supply, backup.CoverPermille) : supply;
    }

    /// <summary>The least settled input from tick at - L to the tick before this one; 1000 before the memory begins.</summary>
    private int Window(int s, long at)
    {
        var least = 1000;
        for (var t = at - (_rules[s].RestartLagTicks ?? 0); _rules[s].RestartLagTicks is not null && t < _now; t++)
        {
            least = Math.Min(least, t < _since[s] ? 1000 : _inputs[s][(int)(t - _since[s])]);
        }

        return least;
    }

    /// <summary>The widest path to everybody, grown from nothing until it grows no more.</summary>
    private int[] Reach(int[] levels, int[] ceiling, long windowAt)
    {
        int Carried(int[] reach, int s) =>
            Math.Min(reach[s], Math.Min(ceiling[s], Math.Min(Window(s, windowAt), Value(_rules[s].Needs, levels))));
        var reach = _rules.Select((rule, s) => rule.Membership is { IsSource: true } ? Backed(levels, s) : 0).ToArray();
        for (var grew = true; grew;)
        {
            grew = false;
            for (var link = 0; link < _ids.Length; link++)
            {
                if (_rules[link].Membership?.Ends is { } ends)
                {
                    foreach (var node in new[] { _index[ends.A], _index[ends.B] })
                    {
                        foreach (var (from, to) in new[] { (node, link), (link, node) })
                        {
                            var carried = Carried(reach, from);
                            grew |= carried > reach[to];
                            reach[to] = Math.Max(reach[to], carried);
                        }
                    }
                }
            }
        }

        return reach;
    }

    private int Value(Expression? expression, int[] levels)
    {
        int Of(Expression term) => Value(term, levels);
        return expression switch
        {
            null => 1000,
            Constant constant => constant.Level,
            Supplier supplier => levels[_index[supplier.Segment]],
            Least least => least.Of.Select(Of).Min(),
            Greatest greatest => greatest.Of.Select(Of).Max(),
            KthLargest votes => votes.Of.Select(Of).Order().ToArray()[votes.Of.Length - votes.K],
            Pool pool => (int)BigInteger.Min(1000, pool.Of.Aggregate(BigInteger.Zero, (sum, term) => sum + ((BigInteger)term.Millionths * Of(term.Of))) / 1_000_000),
            Leontief leontief => (int)BigInteger.Max(0, 1000 - ((leontief.Of.Aggregate(BigInteger.Zero, (sum, term) => sum + ((BigInteger)term.Millionths * (1000 - Of(term.Of)))) + 999_999) / 1_000_000)),
            Curve curve => OnCurve(curve, Of(curve.Of)),
            _ => throw new NotSupportedException(expression.GetType().Name),
        };
    }

    private static int OnCurve(Curve curve, int level)
    {
        var below = curve.Points.Where(point => point.In <= level).ToArray();
        var above = curve.Points.Where(point => point.In > level).ToArray();
        if (below.Length == 0 || above.Length == 0)
        {
            return below.Length == 0 ? above[0].Out : below[^1].Out;
        }

        var (from, to) = (below[^1], above[0]);
        return from.Out + ((level - from.In) * (to.Out - from.Out) / (to.In - from.In));
    }

    private BigInteger Elapsed(int s)
    {
        if (_rules[s].Backup is not { } backup)
        {
            return 0;
        }

        var change = _backupInput[s] < backup.CoverPermille
            ? -(backup.CoverPermille - _backupInput[s]) * (BigInteger)(backup.RechargeTicks ?? 1)
            : backup.RechargeTicks is null ? 0 : (BigInteger)backup.CoverPermille * backup.EnduranceTicks;
        return BigInteger.Max(0, BigInteger.Min(Full(backup), _charge[s] + change));
    }

    private static BigInteger Full(Backup backup) =>
        (BigInteger)backup.CoverPermille * backup.EnduranceTicks * (backup.RechargeTicks ?? 1);
}
