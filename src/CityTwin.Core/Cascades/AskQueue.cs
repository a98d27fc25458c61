namespace CityTwin.Core.Cascades;

/// <summary>
/// Whom a settle has to ask next: by rank, everything of a rank side by side, and a network only once its members have
/// answered. A vertex that reads a value which moved while it was being asked is asked again.
/// </summary>
internal sealed class AskQueue
{
    private readonly CascadePlan _plan;
    private readonly Vertex[] _vertices;
    private readonly int[] _busyMembers;
    private readonly PriorityQueue<int, int> _queue = new();
    private readonly HashSet<int> _asked = [];
    private int _open;
    private int _openRank;

    public AskQueue(CascadePlan plan)
    {
        _plan = plan;
        _vertices = new Vertex[plan.VertexCount];
        _busyMembers = new int[plan.Networks.Length];
    }

    /// <summary>Everybody asked since the batch began.</summary>
    public IReadOnlyCollection<int> Asked => _asked;

    /// <summary>True when no question is open and nobody is left to ask.</summary>
    public bool IsEmpty => _open == 0 && _queue.Count == 0;

    public void Clear()
    {
        Array.Clear(_vertices);
        Array.Clear(_busyMembers);
        _queue.Clear();
        _asked.Clear();
        _open = 0;
    }

    /// <summary>The up phase begins with these of whom the down phase asked.</summary>
    public void BeginUp(Func<int, bool> mayRise)
    {
        foreach (var vertex in _asked)
        {
            _vertices[vertex].IsTouched = false;
        }

        foreach (var vertex in _asked.Where(mayRise).Order().ToArray())
        {
            MarkDirty(vertex);
        }
    }

    /// <summary>The vertex has to be asked, because something it reads has moved.</summary>
    public void MarkDirty(int vertex)
    {
        ref var state = ref _vertices[vertex];
        if (state.IsDirty)
        {
            return;
        }

        var wasBusy = state.IsBusy;
        state.IsDirty = true;
        if (_plan.IsNetwork(vertex))
        {
            TouchNetwork(vertex);
        }
        else if (!wasBusy && _plan.Segments[vertex].Network is { } network)
        {
            _busyMembers[network - _plan.Segments.Length]++;
        }

        if (!state.IsOpen)
        {
            Enqueue(vertex);
        }
    }

    /// <returns>False when answers have to come first, or nobody is left.</returns>
    public bool TryTake(out int vertex)
    {
        while (_queue.TryPeek(out vertex, out var rank) && (_open == 0 || rank == _openRank))
        {
            _queue.Dequeue();
            if (_vertices[vertex] is { IsDirty: true, IsOpen: false } && !IsWaiting(vertex))
            {
                _openRank = rank;
                return true;
            }
        }

        return false;
    }

    /// <summary>The vertex is being asked under this number; an older question to it no longer counts.</summary>
    public void Open(int vertex, long number)
    {
        ref var state = ref _vertices[vertex];
        _open += state.IsOpen ? 0 : 1;
        (state.IsDirty, state.IsOpen, state.Number) = (false, true, number);
        _asked.Add(vertex);
    }

    public bool IsOpen(int vertex, long number) => _vertices[vertex].IsOpen && _vertices[vertex].Number == number;

    /// <summary>The open question is answered.</summary>
    public void Close(int vertex)
    {
        ref var state = ref _vertices[vertex];
        state.IsOpen = false;
        _open--;
        if (state.IsDirty)
        {
            Enqueue(vertex);
        }
        else if (!_plan.IsNetwork(vertex) && _plan.Segments[vertex].Network is { } network)
        {
            var waiting = --_busyMembers[network - _plan.Segments.Length];
            if (waiting == 0 && _vertices[network] is { IsDirty: true, IsOpen: false })
            {
                Enqueue(network);
            }
        }
    }

    /// <summary>What a member with a lag can pass on changes with time alone: it is asked once a phase before its network is.</summary>
    private void TouchNetwork(int vertex)
    {
        if (_vertices[vertex].IsTouched)
        {
            return;
        }

        _vertices[vertex].IsTouched = true;
        foreach (var member in _plan.NetworkAt(vertex).LaggedMembers)
        {
            MarkDirty(member);
        }
    }

    /// <summary>A network waits until its members have answered; the last of them puts it into the queue.</summary>
    private void Enqueue(int vertex)
    {
        if (!IsWaiting(vertex))
        {
            _queue.Enqueue(vertex, _plan.Rank[vertex]);
        }
    }

    private bool IsWaiting(int vertex) => _plan.IsNetwork(vertex) && _busyMembers[vertex - _plan.Segments.Length] > 0;

    private struct Vertex
    {
        public bool IsDirty;
        public bool IsOpen;
        public bool IsTouched;
        public long Number;

        public readonly bool IsBusy => IsDirty || IsOpen;
    }
}
