using System.Numerics;

namespace CityTwin.Core.Dependencies;

/// <summary>What a settle needs only while it runs: the worklist, and lists of what it touched. It grows and never shrinks.</summary>
internal sealed class SettleScratch(KernelTables tables)
{
    private readonly ulong[] _pending = new ulong[(tables.Vertices.Length + 63) / 64];
    private readonly bool[] _isTouched = new bool[tables.OperatorSegment.Length];
    private readonly int[] _touched = new int[tables.OperatorSegment.Length];
    private readonly short[] _before = Untouched(tables.Segments.Length);
    private readonly int[] _changed = new int[tables.Segments.Length];
    private readonly LevelChange[] _changes = new LevelChange[tables.Segments.Length];
    private int _touchedCount, _changedCount, _changesCount, _pendingCount;

    /// <summary>No vertex: the sweep is done.</summary>
    public const int None = int.MaxValue;

    public WidestPathScratch WidestPath { get; } = new();

    public short[] Reach { get; } = new short[tables.Networks.Length == 0 ? 0 : tables.Networks.Max(network => network.Shape.MemberCount)];

    /// <summary>Vertices that the up phase begins with, kept while the down phase runs.</summary>
    public List<int> UpSeeds { get; } = [];

    public List<int> Due { get; } = [];

    public long Evaluations { get; set; }

    public ReadOnlySpan<LevelChange> Changes => _changes.AsSpan(0, _changesCount);

    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _touchedCount);

    /// <summary>Where the sweep is: what is scheduled before it is behind. <see cref="None"/> between sweeps.</summary>
    public int Cursor { get; set; } = None;

    /// <summary>The lowest vertex scheduled behind the cursor.</summary>
    public int Behind { get; set; } = None;

    public void Begin()
    {
        _changesCount = 0;
        Evaluations = 0;
        UpSeeds.Clear();
        Due.Clear();
    }

    public void Schedule(int vertex)
    {
        ref var word = ref _pending[vertex >> 6];
        var bit = 1UL << (vertex & 63);
        _pendingCount += (word & bit) == 0 ? 1 : 0;
        word |= bit;
        if (vertex < Cursor)
        {
            Behind = Math.Min(Behind, vertex);
        }
    }

    /// <summary>The first scheduled vertex at or after a place, without taking it.</summary>
    public int NextFrom(int vertex)
    {
        if (_pendingCount == 0)
        {
            return None;
        }

        var w = vertex >> 6;
        if (w >= _pending.Length)
        {
            return None;
        }

        var word = _pending[w] & (ulong.MaxValue << (vertex & 63));
        while (word == 0)
        {
            if (++w == _pending.Length)
            {
                return None;
            }

            word = _pending[w];
        }

        return (w << 6) + BitOperations.TrailingZeroCount(word);
    }

    public void Take(int vertex)
    {
        _pending[vertex >> 6] &= ~(1UL << (vertex & 63));
        _pendingCount--;
    }

    /// <summary>Marks an operator whose inputs may be others after this settle.</summary>
    public void Touch(int operatorIndex)
    {
        if (!_isTouched[operatorIndex])
        {
            _isTouched[operatorIndex] = true;
            _touched[_touchedCount++] = operatorIndex;
        }
    }

    /// <summary>Keeps the level a segment had before this settle changed it for the first time.</summary>
    public void KeepBefore(int segment, short level)
    {
        if (_before[segment] < 0)
        {
            _before[segment] = level;
            _changed[_changedCount++] = segment;
        }
    }

    /// <summary>Turns what was kept into changes, and is ready for the next settle.</summary>
    public void Finish(ReadOnlySpan<short> values)
    {
        for (var i = 0; i < _changedCount; i++)
        {
            var segment = _changed[i];
            var after = values[tables.LevelVertex[segment]];
            if (after != _before[segment])
            {
                _changes[_changesCount++] = new(segment, _before[segment], after);
            }

            _before[segment] = -1;
        }

        _changedCount = 0;
        foreach (var o in Touched)
        {
            _isTouched[o] = false;
        }

        _touchedCount = 0;
    }

    private static short[] Untouched(int count)
    {
        var array = new short[count];
        array.AsSpan().Fill(-1);
        return array;
    }
}
