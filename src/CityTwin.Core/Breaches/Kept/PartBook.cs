using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>
/// Which parts of a job are out and which are in. Every part counts once, whoever ran it and however often it was handed
/// out, and it looks where the stopping rule looks, after exactly those runs: so the answer is that of one thread.
/// </summary>
public sealed class PartBook
{
    private readonly KeptJob _job;
    private readonly StoppingRule _rule;
    private readonly SortedSet<int> _returned = [];
    private readonly HashSet<int> _out = [];
    private readonly SortedSet<int> _beyond = [];
    private KeptPart? _answer;
    private int _through;
    private int _next;
    private int _end;

    /// <param name="progress">What was in when it was last kept; null = nothing.</param>
    public PartBook(KeptJob job, BreachProgress? progress = null)
    {
        (_job, _rule) = (job, job.Rule);
        if (progress is not null)
        {
            _answer = job.Read(progress.Answer);
            _through = progress.Through;
            _beyond.UnionWith(progress.Beyond);
        }

        _next = _through;
        var (ends, reached) = (_rule.Looks.Select(BreachJob.PartsOf).ToArray(), _beyond.Count > 0 ? _beyond.Max + 1 : _through);
        _end = Array.Find(ends, end => end >= Math.Max(1, reached));
        Look();
    }

    /// <summary>How many runs are in.</summary>
    public long Runs => _answer?.Runs ?? 0;

    /// <summary>After how many runs it looks again; null when it is enough.</summary>
    public int? NextLook => Answer is null ? _rule.Looks.First(look => BreachJob.PartsOf(look) == _end) : null;

    /// <summary>What it comes to, once the stopping rule is content.</summary>
    public KeptPart? Answer { get; private set; }

    /// <summary>A part to be run by somebody; null while all that are wanted are out or in.</summary>
    public int? HandOut()
    {
        if (Answer is not null)
        {
            return null;
        }

        if (_returned.Count > 0)
        {
            var again = _returned.Min;
            _returned.Remove(again);
            _out.Add(again);
            return again;
        }

        // What was in already when it was begun again lies below the first or beyond it.
        _next = Math.Max(_next, _through);
        while (_next < _end && _beyond.Contains(_next))
        {
            _next++;
        }

        if (_next >= _end)
        {
            return null;
        }

        _out.Add(_next);
        return _next++;
    }

    /// <summary>Nobody knows what became of a part: it is to be handed out again.</summary>
    public void GiveBack(int part)
    {
        if (_out.Remove(part))
        {
            _returned.Add(part);
        }
    }

    /// <summary>A part is in. One that is not out counts for nothing.</summary>
    public void Take(int part, BreachPartState state)
    {
        if (!_out.Remove(part))
        {
            return;
        }

        var done = _job.Read(state);
        if (_answer is null)
        {
            _answer = done;
        }
        else
        {
            _answer.Merge(done);
        }

        _beyond.Add(part);
        while (_beyond.Remove(_through))
        {
            _through++;
        }

        Look();
    }

    /// <summary>For keeping; null before the first part is in.</summary>
    public BreachProgress? ToProgress() =>
        _answer is null ? null : new(_through, _beyond.ToImmutableArray(), _answer.ToState());

    /// <summary>Looks when exactly the parts up to the next look are in.</summary>
    private void Look()
    {
        if (_through < _end || _answer is null)
        {
            return;
        }

        if (_rule.Stops(_answer.Watched))
        {
            Answer = _answer;
        }
        else
        {
            _end = BreachJob.PartsOf(_rule.NextLook(_answer.Runs)!.Value);
        }
    }
}
