using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>
/// Two breaches side by side. Both met the same luck run by run. Where their single runs are kept, differences are paired, as
/// those of the command line are; where there were too many (<see cref="RunNotes.RunsMax"/>), the intervals are those of
/// independent samples (R. G. Newcombe, Stat. Med. 17, 1998, method 10, for shares; Welch's variance for means), which
/// shared luck makes wider than they need be. Every figure says which it is.
/// </summary>
public sealed record BreachComparison(double Confidence, ImmutableArray<FigureDifference> Figures)
{
    private const double ThousandthsPerHour = 1000;

    /// <summary>Whether the single runs of both are known.</summary>
    public bool IsPaired => Figures.Any(figure => figure.IsPaired);

    /// <summary>Why a difference of the two would say nothing of their scenarios; none = they can be compared.</summary>
    public static ImmutableArray<string> Obstacles(BreachStatus first, BreachStatus second)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var status in new[] { first, second }.Distinct().Where(status => status.Headline is null))
        {
            found.Add(status.Ranking is null ? $"breaches/{status.Id} has not succeeded." : $"breaches/{status.Id} is a ranking: its report compares already.");
        }

        Same("seeds", first.Seed, second.Seed);
        Same("definitions of the city", first.City, second.City);
        Same("versions of the rules", first.RulesVersion, second.RulesVersion);
        if (found.Count == 0)
        {
            Same("numbers of runs", first.RunsDone, second.RunsDone);
            Same("confidences", first.Headline!.Confidence, second.Headline!.Confidence);
        }

        return found.ToImmutable();

        void Same<T>(string what, T one, T other)
        {
            if (!Equals(one, other))
            {
                found.Add(FormattableString.Invariant(
                    $"They have different {what}, {one} and {other}: their runs are no pairs, and a difference would be luck as well."));
            }
        }
    }

    /// <param name="first">Without an obstacle to the other.</param>
    /// <param name="notes">Of all runs of the first, or none.</param>
    /// <param name="otherNotes">Of the second.</param>
    public static BreachComparison Of(
        BreachHeadline first, BreachHeadline second, ImmutableArray<RunNotes> notes, ImmutableArray<RunNotes> otherNotes)
    {
        var pairs = RunPairs.Of(notes, otherNotes) is { } known && known.Success.Trials == first.Success.Trials ? known : null;
        return Of(first, second, pairs);
    }

    private static BreachComparison Of(BreachHeadline first, BreachHeadline second, RunPairs? pairs)
    {
        var confidence = first.Confidence;
        ImmutableArray<FigureDifference> figures =
        [
            Share("success", first.Success, second.Success, pairs?.Success),
            Share("interruption", first.Interruption, second.Interruption, pairs?.Interruption),

            // A share of the interrupted runs, which are others in each: no pairs.
            Share("neutralisation", first.Neutralisation, second.Neutralisation, null),
            Share("effectiveness", first.Effectiveness, second.Effectiveness, pairs?.Stopped),
            Mean("person-hours", first.PersonHours, second.PersonHours, pairs?.PersonHours),
            Mean("customer-hours", first.CustomerHours, second.CustomerHours, pairs?.CustomerHours),
        ];
        return new(confidence, pairs is null ? figures : figures.Add(Records(pairs)));

        FigureDifference Share(string name, Proportion one, Proportion other, PairedProportions? paired)
        {
            var difference = other.Estimate - one.Estimate;
            return new(name, one.Estimate, other.Estimate, difference, paired?.Interval(confidence) ?? Apart(), paired is not null);

            Interval Apart()
            {
                var (a, b) = (one.Wilson(confidence), other.Wilson(confidence));
                return new(
                    difference - Root(other.Estimate - b.Low, a.High - one.Estimate),
                    difference + Root(b.High - other.Estimate, one.Estimate - a.Low));
            }
        }

        FigureDifference Mean(string name, Moments one, Moments other, PairedDifference? paired)
        {
            var difference = (other.Mean - one.Mean) / ThousandthsPerHour;
            return paired?.Interval(confidence) is { } interval
                ? new(name, one.Mean / ThousandthsPerHour, other.Mean / ThousandthsPerHour, difference, new(interval.Low / ThousandthsPerHour, interval.High / ThousandthsPerHour), true)
                : new(name, one.Mean / ThousandthsPerHour, other.Mean / ThousandthsPerHour, difference, Interval.Around(difference, Reach(one, other) / ThousandthsPerHour), false);
        }

        FigureDifference Records(RunPairs known)
        {
            var (one, other, paired) = (known.RecordsOfFirst, known.RecordsOfSecond, known.Records);
            return new(
                "records", one.Mean, other.Mean, paired.Mean,
                paired.Interval(confidence) ?? Interval.Around(paired.Mean, Reach(one, other)), paired.Interval(confidence) is not null);
        }

        double Reach(Moments one, Moments other) => Interval.NormalReach(confidence)
            * Math.Sqrt((one.Variance / Math.Max(1, one.Count)) + (other.Variance / Math.Max(1, other.Count)));
    }

    private static double Root(double one, double other) => Math.Sqrt((one * one) + (other * other));
}

/// <summary>One figure of two breaches: a share of runs 0..1, or hours or records of a run.</summary>
/// <param name="Difference">The second less the first.</param>
/// <param name="IsPaired">The interval is that of differences run by run; else as if the two had not met the same luck.</param>
public sealed record FigureDifference(string Name, double First, double Second, double Difference, Interval Interval, bool IsPaired);

/// <summary>The single runs of two breaches, in pairs.</summary>
internal sealed record RunPairs(
    PairedProportions Success, PairedProportions Interruption, PairedProportions Stopped, PairedDifference PersonHours, PairedDifference CustomerHours,
    PairedDifference Records, Moments RecordsOfFirst, Moments RecordsOfSecond)
{
    /// <summary>Null where the single runs of one are not kept.</summary>
    public static RunPairs? Of(ImmutableArray<RunNotes> first, ImmutableArray<RunNotes> second)
    {
        if (first.IsEmpty || !first.Select(notes => (notes.Part, notes.Runs)).SequenceEqual(second.Select(notes => (notes.Part, notes.Runs))))
        {
            return null;
        }

        var pairs = new RunPairs(default, default, default, default, default, default, default, default);
        foreach (var (one, other) in first.Zip(second))
        {
            for (var run = 0; run < one.Runs; run++)
            {
                pairs = pairs.Add(one, other, run);
            }
        }

        return pairs;
    }

    private RunPairs Add(RunNotes one, RunNotes other, int run)
    {
        var (a, b) = (one.OutcomeOf(run), other.OutcomeOf(run));
        return new(
            Success.Add(a.HasFlag(RunOutcomes.Succeeded), b.HasFlag(RunOutcomes.Succeeded)),
            Interruption.Add(a.HasFlag(RunOutcomes.Interrupted), b.HasFlag(RunOutcomes.Interrupted)),
            Stopped.Add(a.HasFlag(RunOutcomes.Stopped), b.HasFlag(RunOutcomes.Stopped)),
            PersonHours.Add(one.PersonHours[run], other.PersonHours[run]),
            CustomerHours.Add(one.CustomerHours[run], other.CustomerHours[run]),
            Records.Add(one.Records[run], other.Records[run]),
            RecordsOfFirst.Add(one.Records[run]),
            RecordsOfSecond.Add(other.Records[run]));
    }
}
