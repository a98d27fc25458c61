namespace CityTwin.Core.Dependencies;

/// <summary>
/// When each operator changes next by itself: a binary heap with known places, in an array that copies at once. The
/// places lie in the cells, which are at hand whenever one is set; whoever copies the agenda copies them too.
/// </summary>
internal sealed class Agenda(OperatorCell[] cells)
{
    public const long Never = long.MaxValue;

    private readonly Entry[] _heap = new Entry[cells.Length];
    private int _count;

    private readonly record struct Entry(long Due, int Operator);

    /// <summary>The earliest time set, <see cref="Never"/> without any.</summary>
    public long Next => _count == 0 ? Never : _heap[0].Due;

    public int TakeNext()
    {
        var first = _heap[0].Operator;
        Remove(0);
        return first;
    }

    public void Set(int operatorIndex, long due)
    {
        var place = cells[operatorIndex].AgendaPlace - 1;
        var before = place < 0 ? Never : _heap[place].Due;
        if (due == before)
        {
            return;
        }

        if (due == Never)
        {
            Remove(place);
        }
        else if (due < before)
        {
            Rise(place < 0 ? _count++ : place, new(due, operatorIndex));
        }
        else
        {
            Sink(place, new(due, operatorIndex));
        }
    }

    public void CopyFrom(Agenda other)
    {
        Array.Copy(other._heap, _heap, other._count);
        _count = other._count;
    }

    private void Remove(int place)
    {
        cells[_heap[place].Operator].AgendaPlace = 0;
        var last = _heap[--_count];
        if (place == _count)
        {
            return;
        }

        if (place > 0 && last.Due < _heap[(place - 1) / 2].Due)
        {
            Rise(place, last);
        }
        else
        {
            Sink(place, last);
        }
    }

    private void Rise(int place, Entry moving)
    {
        while (place > 0 && moving.Due < _heap[(place - 1) / 2].Due)
        {
            Put(place, _heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }

        Put(place, moving);
    }

    private void Sink(int place, Entry moving)
    {
        for (var child = (2 * place) + 1; child < _count; child = (2 * place) + 1)
        {
            if (child + 1 < _count && _heap[child + 1].Due < _heap[child].Due)
            {
                child++;
            }

            if (_heap[child].Due >= moving.Due)
            {
                break;
            }

            Put(place, _heap[child]);
            place = child;
        }

        Put(place, moving);
    }

    private void Put(int place, Entry entry)
    {
        _heap[place] = entry;
        cells[entry.Operator].AgendaPlace = place + 1;
    }
}
