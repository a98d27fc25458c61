using System.Collections.Immutable;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>
/// Two breaches side by side. Both met the same luck run by run, so what differs in their figures is what differs between
/// them. Which runs were which is not kept: the intervals are those of independent samples (R. G. Newcombe, Stat. Med. 17,
/// 1998, method 10, for shares; Welch's variance for means), which shared luck makes wider than they need be.
/// </summary>
public sealed record BreachComparison(double Confidence, ImmutableArray<FigureDifference> Figures)
{
    private const double ThousandthsPerHour = 1000;

    /// <summary>Why a difference of the two would say nothing of their scenarios; none = they can be compared.</summary>
    public static ImmutableArray<string> Obstacles(BreachStatus first, BreachStatus second)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (var status in new[] { first, second }.Distinct().Where(status => status.Headline is null))
        {
            found.Add($"breaches/{status.Id} has not succeeded.");
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
    public static BreachComparison Of(BreachHeadline first, BreachHeadline second)
    {
        var confidence = first.Confidence;
        return new(
            confidence,
            [
                Share("success", first.Success, second.Success),
                Share("interruption", first.Interruption, second.Interruption),
                Share("neutralisation", first.Neutralisation, second.Neutralisation),
                Share("effectiveness", first.Effectiveness, second.Effectiveness),
                Mean("person-hours", first.PersonHours, second.PersonHours),
                Mean("customer-hours", first.CustomerHours, second.CustomerHours),
            ]);

        FigureDifference Share(string name, Proportion one, Proportion other)
        {
            var (a, b) = (one.Wilson(confidence), other.Wilson(confidence));
            var difference = other.Estimate - one.Estimate;
            return new(name, one.Estimate, other.Estimate, difference, new(
                difference - Root(other.Estimate - b.Low, a.High - one.Estimate),
                difference + Root(b.High - other.Estimate, one.Estimate - a.Low)));
        }

        FigureDifference Mean(string name, Moments one, Moments other)
        {
            var difference = (other.Mean - one.Mean) / ThousandthsPerHour;
            var reach = Interval.NormalReach(confidence)
                * Math.Sqrt((one.Variance / Math.Max(1, one.Count)) + (other.Variance / Math.Max(1, other.Count))) / ThousandthsPerHour;
            return new(name, one.Mean / ThousandthsPerHour, other.Mean / ThousandthsPerHour, difference, Interval.Around(difference, reach));
        }
    }

    private static double Root(double one, double other) => Math.Sqrt((one * one) + (other * other));
}

/// <summary>One figure of two breaches: a share of runs 0..1, or hours of a run.</summary>
/// <param name="Difference">The second less the first.</param>
public sealed record FigureDifference(string Name, double First, double Second, double Difference, Interval Interval);
