using System.Collections.Immutable;
using CityTwin.Core.Dependencies;

namespace CityTwin.Core.Cascades;

/// <summary>
/// One settle by questions and answers: down, a barrier, up. It walks the kernel's component order, asks everything
/// of a rank in parallel, and asks again whoever reads a value that moved. Chaotic iteration of monotone rules from
/// the top (down) and from below (up) ends at the same fixed points whatever the order of the answers.
/// </summary>
/// <remarks>
/// Values start from the previous settle. That is a bound from above for down, except behind a start, where a level
/// rises: there everything downstream begins at 1000 and is asked.
/// </remarks>
internal sealed class SettleRun
{
    /// <summary>A batch that asks more than this has a loop that converges too slowly to be real.</summary>
    public const long AsksMax = 50_000_000;

    private readonly CascadePlan _plan;
    private readonly CascadeMemory _memory;
    private readonly short[] _level;
    private readonly short[] _pass;
    private readonly short[] _give;
    private readonly short[] _reach;
    private readonly short[] _bound;
    private readonly AskQueue _queue;
    private readonly Dictionary<int, SegmentAnswer> _lastAnswer = [];
    private readonly Dictionary<int, CascadeEffect> _open = [];
    private readonly Dictionary<int, int> _ceilingAfter = [];
    private readonly HashSet<int> _started = [];
    private OpenBatch? _batch;
    private Phase _phase;
    private long _incarnation;
    private long _number;
    private long _numberAtBegin;

    public SettleRun(CascadeMemory memory)
    {
        _memory = memory;
        _plan = memory.Plan;
        var count = _plan.Segments.Length;
        _level = new short[count];
        _pass = new short[count];
        _give = new short[count];
        _reach = new short[count];
        _bound = new short[count];
        _queue = new(_plan);
    }

    /// <summary>True when both phases are done.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Settles what a batch touches.</summary>
    public void Begin(long incarnation, OpenBatch batch, ImmutableArray<CascadeEffect>.Builder effects)
    {
        (_incarnation, _batch, _phase, IsSettled) = (incarnation, batch, Phase.Down, false);
        Forget();
        Touch(batch);
        Walk(effects);
    }

    /// <summary>Settles everything: the founding batch, and that of a changed definition.</summary>
    public void BeginAll(OpenBatch batch, ImmutableArray<CascadeEffect>.Builder effects)
    {
        (_incarnation, _batch, _phase, IsSettled) = (0, batch, Phase.Down, false);
        Forget();
        Touch(batch);
        for (var vertex = 0; vertex < _plan.VertexCount; vertex++)
        {
            _queue.MarkDirty(vertex);
        }

        Walk(effects);
    }

    /// <returns>False for a stale answer.</returns>
    public bool Take(SegmentAnswer answer, ImmutableArray<CascadeEffect>.Builder effects)
    {
        if (_plan.VertexOf(answer.Segment) is not { } vertex || !IsOpen(vertex, answer.Ticket))
        {
            return false;
        }

        if (answer.IsBehind)
        {
            effects.Add(new SendCommit(new(answer.Segment, _memory.LastDecided[vertex], _memory.Level[vertex], _memory.Operator[vertex])));
            Ask(vertex, effects);
            return true;
        }

        Close(vertex);
        _lastAnswer[vertex] = answer;
        var level = _phase == Phase.Down
            ? Math.Min(_bound[vertex], (short)answer.LevelPermille)
            : Math.Max(_bound[vertex], (short)answer.LevelPermille);
        if (_level[vertex] != level)
        {
            _level[vertex] = level;
            foreach (var dependent in _plan.Dependents[vertex])
            {
                _queue.MarkDirty(dependent);
            }
        }

        TakeFlow(vertex, answer);
        Walk(effects);
        return true;
    }

    /// <returns>False for a stale answer.</returns>
    public bool Take(NetworkAnswer answer, ImmutableArray<CascadeEffect>.Builder effects)
    {
        if (_plan.VertexOf(answer.Network) is not { } vertex || !IsOpen(vertex, answer.Ticket))
        {
            return false;
        }

        Close(vertex);
        var members = _plan.NetworkAt(vertex).Members;
        for (var i = 0; i < members.Length; i++)
        {
            if (_reach[members[i]] != answer.Reach[i])
            {
                _reach[members[i]] = answer.Reach[i];
                _queue.MarkDirty(members[i]);
            }
        }

        Walk(effects);
        return true;
    }

    /// <summary>Asks every open question again; the first answer closes it.</summary>
    public void Repeat(ImmutableArray<CascadeEffect>.Builder effects)
    {
        foreach (var vertex in _open.Keys.Order())
        {
            effects.Add(_open[vertex]);
        }
    }

    /// <summary>What the settle left that a memory does not have yet, sorted by id.</summary>
    public ImmutableArray<SegmentSettled> Settled(CascadeMemory before)
    {
        var settled = ImmutableArray.CreateBuilder<SegmentSettled>();
        foreach (var vertex in _queue.Asked.Where(vertex => !_plan.IsNetwork(vertex)).Order())
        {
            var answer = _lastAnswer[vertex];
            var now = new SegmentSettled(answer.Segment, _level[vertex], answer.Operator, answer.NextTimer);
            if (!before.Has(now))
            {
                settled.Add(now);
            }
        }

        return settled.DrainToImmutable();
    }

    /// <summary>Makes what flows between segments the starting point of the next settle.</summary>
    public void Keep()
    {
        foreach (var vertex in _queue.Asked)
        {
            var members = _plan.IsNetwork(vertex) ? _plan.NetworkAt(vertex).Members : [vertex];
            foreach (var member in members)
            {
                _memory.Pass[member] = _pass[member];
                _memory.Give[member] = _give[member];
                _memory.Reach[member] = _reach[member];
            }
        }
    }

    private void Touch(OpenBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            if (_plan.VertexOf(change.Segment) is { } vertex)
            {
                _ceilingAfter[vertex] = change.CeilingPermille;
                _queue.MarkDirty(vertex);
            }
        }

        foreach (var vertex in _memory.DueAt(batch.At))
        {
            _queue.MarkDirty(vertex);
        }

        Start(batch);
    }

    private void Forget()
    {
        _numberAtBegin = _number;
        Array.Copy(_memory.Level, _level, _level.Length);
        Array.Copy(_memory.Level, _bound, _bound.Length);
        Array.Copy(_memory.Pass, _pass, _pass.Length);
        Array.Copy(_memory.Give, _give, _give.Length);
        Array.Copy(_memory.Reach, _reach, _reach.Length);
        _queue.Clear();
        _lastAnswer.Clear();
        _open.Clear();
        _ceilingAfter.Clear();
        _started.Clear();
    }

    /// <summary>Everything downstream of a start begins at the top, so that the down phase approaches from above.</summary>
    private void Start(OpenBatch batch)
    {
        var downstream = new Queue<int>();
        foreach (var segment in batch.Starts.SelectMany(start => start.Segments))
        {
            if (_plan.VertexOf(segment) is { } vertex && _started.Add(vertex))
            {
                (_level[vertex], _bound[vertex]) = (1000, 1000);
                downstream.Enqueue(vertex);
            }
        }

        var seen = new HashSet<int>(downstream);
        while (downstream.TryDequeue(out var vertex))
        {
            _queue.MarkDirty(vertex);
            var readers = _plan.IsNetwork(vertex) ? _plan.NetworkAt(vertex).Members
                : _plan.Segments[vertex].Network is { } network ? _plan.Dependents[vertex].Add(network)
                : _plan.Dependents[vertex];
            if (!_plan.IsNetwork(vertex))
            {
                (_pass[vertex], _give[vertex], _reach[vertex]) = (1000, 1000, 1000);
            }

            foreach (var reader in readers.Where(seen.Add))
            {
                downstream.Enqueue(reader);
            }
        }
    }

    private void TakeFlow(int vertex, SegmentAnswer answer)
    {
        var (pass, give) = ((short)answer.PassPermille, (short)answer.GivePermille);
        if (_plan.Segments[vertex].Network is { } network && (_pass[vertex] != pass || _give[vertex] != give))
        {
            (_pass[vertex], _give[vertex]) = (pass, give);
            _queue.MarkDirty(network);
        }
    }

    private void Walk(ImmutableArray<CascadeEffect>.Builder effects)
    {
        while (!IsSettled)
        {
            while (_queue.TryTake(out var vertex))
            {
                Ask(vertex, effects);
            }

            if (_open.Count > 0)
            {
                return;
            }

            // The barrier: no question is open and nothing is left to ask.
            Invariant.Hold(_queue.IsEmpty, "A phase ends when nothing is left to ask.");
            NextPhase();
        }
    }

    private void NextPhase()
    {
        if (_phase == Phase.Up)
        {
            IsSettled = true;
            return;
        }

        _phase = Phase.Up;
        Array.Copy(_level, _bound, _bound.Length);
        _queue.BeginUp(MayRise);
    }

    /// <summary>
    /// A rule without memory says in the up phase what it said at the end of the down phase, unless something it reads
    /// rises meanwhile, and then it is asked again anyway. Asked at once are only those with a memory, those whose
    /// ceiling is lifted, and those that would have stood higher than they did before the batch.
    /// </summary>
    private bool MayRise(int vertex) => _plan.IsNetwork(vertex)
        || OperatorRules.Remembers(_plan.Segments[vertex].Rule)
        || _ceilingAfter.GetValueOrDefault(vertex) > _memory.Ceiling[vertex]
        || _lastAnswer[vertex].LevelPermille > _level[vertex];

    private void Ask(int vertex, ImmutableArray<CascadeEffect>.Builder effects)
    {
        Invariant.Hold(++_number - _numberAtBegin <= AsksMax, "A settle ends within its bound of questions.");
        _queue.Open(vertex, _number);
        var ticket = new AskTicket(_incarnation, _batch!.Number, _number);
        CascadeEffect effect = _plan.IsNetwork(vertex)
            ? new AskNetwork(NetworkQuestion(_plan.NetworkAt(vertex), ticket))
            : new AskSegment(SegmentQuestion(_plan.Segments[vertex], ticket));
        _open[vertex] = effect;
        effects.Add(effect);
    }

    private NetworkAsk NetworkQuestion(NetworkPlan network, AskTicket ticket) =>
        new(network.Id, ticket, CascadeMemory.Gather(network, _pass), CascadeMemory.Gather(network, _give), _plan.Definition);

    private SegmentAsk SegmentQuestion(SegmentPlan segment, AskTicket ticket)
    {
        var before = _memory.Ceiling[segment.Vertex];
        return new(segment.Id, ticket, _phase, _batch!.At, before,
            _ceilingAfter.GetValueOrDefault(segment.Vertex, before), _memory.LastDecided[segment.Vertex],
            _started.Contains(segment.Vertex), _reach[segment.Vertex], CascadeMemory.SuppliersOf(segment, _level), _plan.Definition);
    }

    private bool IsOpen(int vertex, AskTicket ticket) =>
        ticket.Incarnation == _incarnation && ticket.Batch == _batch?.Number && _queue.IsOpen(vertex, ticket.Number);

    private void Close(int vertex)
    {
        _open.Remove(vertex);
        _queue.Close(vertex);
    }
}
