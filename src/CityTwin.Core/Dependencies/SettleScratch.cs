using System.Numerics;
using System.Runtime.CompilerServices;

namespace CityTwin.Core.Dependencies;

/// <summary>What a settle needs only while it runs: the worklist, and lists of what it touched. It grows and never shrinks.</summary>
internal sealed class SettleScratch(KernelTables tables)
{
    private readonly ulong[] _pending = new ulong[(tables.Vertices.Length + 63) / 64];
    private readonly ulong[] _pendingWords = new ulong[(tables.Vertices.Length + 4095) / 4096]; // which words are not 0
    private readonly bool[] _isTouched = new bool[tables.Operators.Length];
    private readonly int[] _touched = new int[tables.Operators.Length];
    private readonly ulong[] _isChanged = new ulong[(tables.Vertices.Length + 63) / 64];
    private readonly int[] _changed = new int[tables.Segments.Length + 1]; // and one that is written in vain
    private readonly short[] _before = new short[tables.Segments.Length + 1]; // of each changed one
    private readonly LevelChange[] _changes = new LevelChange[tables.Segments.Length];
    private int _touchedCount, _changedCount, _changesCount = -1;

    /// <summary>No vertex: the sweep is done.</summary>
    public const int None = int.MaxValue;

    public LevelQueue Widest { get; } = new();

    public WidestPathScratch Paths { get; } = new();

    /// <summary>Vertices of a ring that moved, whose readers are not woken yet.</summary>
    public Stack<(int Vertex, short Before)> Moved { get; } = [];

    /// <summary>Vertices that the up phase begins with, kept while the down phase runs.</summary>
    public List<int> UpSeeds { get; } = [];

    public List<int> Due { get; } = [];

    public long Evaluations { get; set; }

    /// <summary>No vertex before this one is scheduled: where the next sweep begins.</summary>
    public int First { get; set; } = None;

    public ReadOnlySpan<int> Touched => _touched.AsSpan(0, _touchedCount);

    /// <summary>What the last settle changed. Many settles are never asked, so it is only put together then.</summary>
    public ReadOnlySpan<LevelChange> Changes(ReadOnlySpan<short> values)
    {
        if (_changesCount < 0)
        {
            _changesCount = 0;
            for (var i = 0; i < _changedCount; i++)
            {
                var after = values[_changed[i]];
                if (after != _before[i])
                {
                    _changes[_changesCount++] = new(tables.Owners[_changed[i]], _before[i], after);
                }
            }
        }

        return _changes.AsSpan(0, _changesCount);
    }

    public void Begin()
    {
        _changesCount = -1;
        foreach (var vertex in _changed.AsSpan(0, _changedCount))
        {
            _isChanged[vertex >> 6] = 0; // whoever else is in this word is in the list too
        }

        _changedCount = 0;
        Evaluations = 0;
        UpSeeds.Clear();
        Due.Clear();
    }

    public void Schedule(int vertex)
    {
        ScheduleIf(vertex, 1);
        First = Math.Min(First, vertex);
    }

    /// <summary>Schedules a vertex if it is woken (1, not 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ScheduleIf(int vertex, ulong isWoken)
    {
        _pending[vertex >> 6] |= isWoken << vertex;
        _pendingWords[vertex >> 12] |= isWoken << (vertex >> 6);
    }

    /// <summary>The first scheduled vertex at or after a place, without taking it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int NextFrom(int vertex)
    {
        var (pending, w) = (_pending, vertex >> 6);
        if ((uint)w < (uint)pending.Length)
        {
            var word = pending[w] & (ulong.MaxValue << vertex); // shifts count modulo 64
            if (word != 0)
            {
                return (w << 6) | BitOperations.TrailingZeroCount(word);
            }
        }

        return NextWordFrom(w + 1) is var next and not None ? (next << 6) | BitOperations.TrailingZeroCount(_pending[next]) : None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take(int vertex)
    {
        ref var word = ref _pending[vertex >> 6];
        word &= ~(1UL << vertex);
        if (word == 0)
        {
            _pendingWords[vertex >> 12] &= ~(1UL << ((vertex >> 6) & 63));
        }
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
    public void KeepBefore(int vertex, short level) => KeepBefore(vertex, level, -1);

    /// <summary>The same if it is moved (-1, not 0), without a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void KeepBefore(int vertex, short level, int isMoved)
    {
        unchecked
        {
            ref var word = ref _isChanged[vertex >> 6];
            var isNew = (int)(~word >> vertex) & isMoved & 1;
            word |= (ulong)isNew << vertex;
            _before[_changedCount] = level;
            _changed[_changedCount] = vertex;
            _changedCount += isNew;
        }
    }

    /// <summary>Is ready for the next settle, but for <see cref="Changes"/>, which can still be asked.</summary>
    public void Finish()
    {
        foreach (var o in Touched)
        {
            _isTouched[o] = false;
        }

        _touchedCount = 0;
    }

    private int NextWordFrom(int word)
    {
        var s = word >> 6;
        if (s >= _pendingWords.Length)
        {
            return None;
        }

        var summary = _pendingWords[s] & (ulong.MaxValue << (word & 63));
        if (summary == 0)
        {
            var further = _pendingWords.AsSpan(s + 1).IndexOfAnyExcept(0UL);
            if (further < 0)
            {
                return None;
            }

            s += 1 + further;
            summary = _pendingWords[s];
        }

        return (s << 6) + BitOperations.TrailingZeroCount(summary);
    }
}
