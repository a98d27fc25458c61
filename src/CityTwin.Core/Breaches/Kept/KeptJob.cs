using System.Collections.Immutable;
using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>
/// What an order asks for, made ready: one report, or a ranking of defences. Either way any part of the runs can be run
/// anywhere, and parts merged in any order give the bytes that the command line gives. It never changes.
/// </summary>
public sealed class KeptJob
{
    private readonly BreachOrder _order;
    private readonly BreachJob? _breach;
    private readonly RankJob? _ranking;

    /// <exception cref="ArgumentException">The order belongs to another city.</exception>
    public KeptJob(City city, BreachOrder order, CancellationToken cancellation = default)
    {
        _order = order;
        if (order.Ranking is { } ranking)
        {
            _ranking = new(city, order.Start, order.Scenario, ranking.Candidates(city, order.Scenario), cancellation);
        }
        else
        {
            _breach = new(city, order.Start, order.Scenario, cancellation);
        }
    }

    public StoppingRule Rule => BreachRules.RuleOf(_order);

    /// <summary>Runs one part, see <see cref="BreachJob.RunsInPart"/>; with notes of its runs, unless there are too many of them.</summary>
    public BreachPartState Run(int part, CancellationToken cancellation = default)
    {
        if (_ranking is not null)
        {
            return new(null, null, null, _ranking.Run(part, cancellation).ToState(), []);
        }

        if (_order.Scenario.Runs > RunNotes.RunsMax)
        {
            return _breach!.Run(part, cancellation).ToState();
        }

        var (done, notes) = RunNotes.Take(_breach!, part, cancellation);
        return done.ToState() with { Notes = [notes] };
    }

    /// <param name="state">Of runs of this job.</param>
    public KeptPart Read(BreachPartState state) => state.Ranking is { } ranking
        ? new(null, RankPart.Of(ranking), [])
        : new(BreachPart.Of(_breach!, state), null, state.Notes.IsDefault ? [] : state.Notes);

    /// <summary>What all runs come to. The best set of a ranking is looked for now, which may take longer than the runs did.</summary>
    /// <param name="tried">Told how many sets have been tried.</param>
    public KeptAnswer Answer(KeptPart all, Action<int> tried, CancellationToken cancellation = default)
    {
        if (_ranking is not null)
        {
            var ranked = _order.Ranking!.Report(_ranking, all.Ranking!, small => All(small, cancellation), tried, cancellation);
            return new(null, Encoding.UTF8.GetString(RankReportText.Json(ranked)), all.Runs, []);
        }

        var report = BreachReport.Of(_breach!, all.Breach!, Rule);
        return new(
            BreachHeadline.Of(report, all.Breach!.Tally), Encoding.UTF8.GetString(BreachReportJson.Write(report)), all.Runs, [.. all.Notes.OrderBy(notes => notes.Part)]);
    }

    private static RankPart All(RankJob job, CancellationToken cancellation)
    {
        var all = job.Run(0, cancellation);
        for (var part = 1; part < BreachJob.PartsOf(job.Scenario.Runs); part++)
        {
            all.Merge(job.Run(part, cancellation));
        }

        return all;
    }
}

/// <summary>What a part of a kept breach came to; merged it is what all came to.</summary>
public sealed class KeptPart
{
    private readonly List<RunNotes> _notes;

    internal KeptPart(BreachPart? breach, RankPart? ranking, ImmutableArray<RunNotes> notes) => (Breach, Ranking, _notes) = (breach, ranking, [.. notes]);

    internal BreachPart? Breach { get; }

    internal RankPart? Ranking { get; }

    internal IEnumerable<RunNotes> Notes => _notes;

    public long Runs => Breach?.Tally.Runs ?? Ranking!.Runs;

    /// <summary>What the stopping rule looks at; a ranking makes all runs.</summary>
    public Proportion[] Watched => Breach?.Watched ?? [];

    public void Merge(KeptPart other)
    {
        Breach?.Merge(other.Breach!);
        Ranking?.Merge(other.Ranking!);
        _notes.AddRange(other._notes);
    }

    public BreachPartState ToState() => (Breach?.ToState() ?? new(null, null, null, Ranking!.ToState(), [])) with { Notes = [.. _notes] };
}

/// <summary>The end of a kept breach.</summary>
/// <param name="Headline">Null of a ranking.</param>
/// <param name="ReportJson">The bytes of the report, as text.</param>
/// <param name="Notes">By part; empty where none were taken.</param>
public sealed record KeptAnswer(BreachHeadline? Headline, string ReportJson, long Runs, ImmutableArray<RunNotes> Notes);
