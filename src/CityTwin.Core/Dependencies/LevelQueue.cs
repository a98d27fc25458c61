namespace CityTwin.Core.Dependencies;

/// <summary>Numbered members waiting at a level each, the widest taken first: one list per level. It grows and never shrinks. Not for two threads at once.</summary>
public sealed class LevelQueue
{
    private readonly int[] _head = Filled(1001);
    private Place[] _places = [];
    private int _widest;

    private readonly record struct Place(int Next, int Previous, int Level);

    internal LevelQueue For(int members)
    {
        if (_places.Length < members)
        {
            _places = new Place[members];
            _places.AsSpan().Fill(new(-1, -1, -1));
        }

        _widest = 0;
        return this;
    }

    /// <summary>Puts a member at a level, unless it waits at this or a wider one already.</summary>
    internal void Raise(int member, int level)
    {
        ref var place = ref _places[member];
        if (level <= place.Level)
        {
            return;
        }

        if (place.Level >= 0)
        {
            Remove(member);
        }

        place = new(_head[level], -1, level);
        if (place.Next >= 0)
        {
            _places[place.Next] = _places[place.Next] with { Previous = member };
        }

        _head[level] = member;
        _widest = Math.Max(_widest, level);
    }

    internal bool TryTakeWidest(out int member)
    {
        while (_widest > 0 && _head[_widest] < 0)
        {
            _widest--;
        }

        member = _head[_widest];
        if (member < 0)
        {
            return false;
        }

        Remove(member);
        _places[member] = new(-1, -1, -1);
        return true;
    }

    private void Remove(int member)
    {
        var (next, previous, level) = _places[member];
        if (previous >= 0)
        {
            _places[previous] = _places[previous] with { Next = next };
        }
        else
        {
            _head[level] = next;
        }

        if (next >= 0)
        {
            _places[next] = _places[next] with { Previous = previous };
        }
    }

    private static int[] Filled(int count)
    {
        var heads = new int[count];
        heads.AsSpan().Fill(-1);
        return heads;
    }
}
