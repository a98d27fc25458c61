namespace CityTwin.Core.Dependencies;

/// <summary>When each operator changes next by itself: a binary heap with known places, in arrays that copy at once.</summary>
internal sealed class Agenda(int operators)
{
    public const long Never = long.MaxValue;

    /// <summary>What a copy moves of each operator, not counting the heap.</summary>
    public const int BytesPerOperator = sizeof(long) + sizeof(int);

    private readonly long[] _due = Filled(operators);
    private readonly int[] _heap = new int[operators];
    private readonly int[] _place = new int[operators];
    private int _count;

    /// <summary>The earliest time set, <see cref="Never"/> without any.</summary>
    public long Next => _count == 0 ? Never : _due[_heap[0]];

    public long DueOf(int operatorIndex) => _due[operatorIndex];

    public int TakeNext()
    {
        var first = _heap[0];
        Set(first, Never);
        return first;
    }

    public void Set(int operatorIndex, long due)
    {
        var before = _due[operatorIndex];
        if (due == before)
        {
            return;
        }

        _due[operatorIndex] = due;
        if (before == Never)
        {
            Put(_count++, operatorIndex);
            Rise(_place[operatorIndex]);
        }
        else if (due == Never)
        {
            Remove(_place[operatorIndex]);
        }
        else if (due < before)
        {
            Rise(_place[operatorIndex]);
        }
        else
        {
            Sink(_place[operatorIndex]);
        }
    }

    public void CopyFrom(Agenda other)
    {
        Array.Copy(other._due, _due, _due.Length);
        Array.Copy(other._place, _place, _place.Length);
        Array.Copy(other._heap, _heap, other._count);
        _count = other._count;
    }

    private void Remove(int place)
    {
        var last = _heap[--_count];
        if (place == _count)
        {
            return;
        }

        Put(place, last);
        Rise(place);
        Sink(_place[last]);
    }

    private void Rise(int place)
    {
        var moving = _heap[place];
        while (place > 0 && _due[moving] < _due[_heap[(place - 1) / 2]])
        {
            Put(place, _heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }

        Put(place, moving);
    }

    private void Sink(int place)
    {
        var moving = _heap[place];
        for (var child = (2 * place) + 1; child < _count; child = (2 * place) + 1)
        {
            if (child + 1 < _count && _due[_heap[child + 1]] < _due[_heap[child]])
            {
                child++;
            }

            if (_due[_heap[child]] >= _due[moving])
            {
                break;
            }

            Put(place, _heap[child]);
            place = child;
        }

        Put(place, moving);
    }

    private void Put(int place, int operatorIndex)
    {
        _heap[place] = operatorIndex;
        _place[operatorIndex] = place;
    }

    private static long[] Filled(int count)
    {
        var due = new long[count];
        due.AsSpan().Fill(Never);
        return due;
    }
}
