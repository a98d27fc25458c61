using CityTwin.Core.Breaches.Chances;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Where an answer lies, with the confidence that it was asked for.</summary>
public readonly record struct Interval(double Low, double High)
{
    public double HalfWidth => (High - Low) / 2;

    public bool Contains(double value) => Low <= value && value <= High;

    /// <summary>So much to both sides.</summary>
    public static Interval Around(double middle, double reach) => new(middle - reach, middle + reach);

    /// <summary>Cut to what is possible.</summary>
    public Interval Within(double least, double most) => new(Math.Clamp(Low, least, most), Math.Clamp(High, least, most));

    /// <summary>How many standard errors a two-sided normal interval reaches.</summary>
    /// <param name="confidence">More than 0, less than 1.</param>
    internal static double NormalReach(double confidence)
    {
        Invariant.Hold(confidence is > 0 and < 1, "A confidence lies between 0 and 1.");
        return -NormalDistribution.Quantile((1 - confidence) / 2);
    }
}
