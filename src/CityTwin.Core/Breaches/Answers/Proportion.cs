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
    public Interval Wilson(double confidence) => Trials == 0 ? new(0, 1) : Wilson(Estimate, Trials, Interval.NormalReach(confidence));

    /// <param name="share">Of the trials that were successes.</param>
    /// <param name="trials">More than 0; not whole where trials hang together and are worth fewer.</param>
    /// <param name="z">How many standard errors to either side.</param>
    internal static Interval Wilson(double share, double trials, double z)
    {
        var middle = ((trials * share) + (z * z / 2)) / (trials + (z * z));
        var reach = z / (trials + (z * z)) * Math.Sqrt((trials * share * (1 - share)) + (z * z / 4));

        // At the ends the formula is exactly 0 or 1, but for rounding.
        return new(share <= 0 ? 0 : Math.Max(0, middle - reach), share >= 1 ? 1 : Math.Min(1, middle + reach));
    }
}
