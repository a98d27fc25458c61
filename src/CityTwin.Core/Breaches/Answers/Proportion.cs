namespace CityTwin.Core.Breaches.Answers;

/// <summary>In how many of all runs something happened.</summary>
[GenerateSerializer, Alias("proportion"), Immutable]
public readonly record struct Proportion(long Successes, long Trials)
{
    /// <summary>0..1; 0 for no runs.</summary>
    public double Estimate => Trials == 0 ? 0 : (double)Successes / Trials;

    public Proportion Add(bool happened) => new(Successes + (happened ? 1 : 0), Trials + 1);

    public Proportion Merge(Proportion other) => new(Successes + other.Successes, Trials + other.Trials);

    /// <summary>
    /// The score interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927): it stays within 0..1 and is no point at 0 or at all
    /// runs, and on average over the possible truths it covers what it promises. For no runs it is 0..1.
    /// </summary>
    /// <param name="confidence">More than 0, less than 1.</param>
    public Interval Wilson(double confidence)
    {
        if (Trials == 0)
        {
            return new(0, 1);
        }

        var z = Interval.NormalReach(confidence);
        var (n, p) = ((double)Trials, Estimate);
        var middle = (Successes + (z * z / 2)) / (n + (z * z));
        var reach = z / (n + (z * z)) * Math.Sqrt((n * p * (1 - p)) + (z * z / 4));

        // At the ends the formula is exactly 0 or 1, but for rounding.
        return new(Successes == 0 ? 0 : Math.Max(0, middle - reach), Successes == Trials ? 1 : Math.Min(1, middle + reach));
    }
}
