using CityTwin.Core.Breaches.Chances;

namespace CityTwin.Testing.Breaches;

/// <summary>How surprising a count is where the chance is known: the exact binomial test, as the |z| of the same two-sided error.</summary>
public static class Surprise
{
    /// <summary>A term this far below the sum changes it no more.</summary>
    private const double Negligible = 1e-18;

    /// <summary>The |z| that one of so many comparisons exceeds by chance with this probability at most (Bonferroni).</summary>
    public static double Limit(double familywiseError, int comparisons) => -NormalDistribution.Quantile(familywiseError / comparisons / 2);

    /// <returns>0 for no surprise; infinite for what cannot happen.</returns>
    public static double Of(long happened, long trials, double chance)
    {
        if (chance is <= 0 or >= 1)
        {
            return happened == (chance <= 0 ? 0 : trials) ? 0 : double.PositiveInfinity;
        }

        var tail = happened < trials * chance ? Below(happened, trials, chance) : Below(trials - happened, trials, 1 - chance);
        return Math.Max(0, -NormalDistribution.Quantile(Math.Min(1, tail)));
    }

    /// <param name="slack">By how much the chance may differ from the one given, for a reason that is known.</param>
    public static double Of(long happened, long trials, double chance, double slack) =>
        Of(happened, trials, Math.Clamp((double)happened / trials, Math.Max(0, chance - slack), Math.Min(1, chance + slack)));

    /// <summary>The chance of at most so many.</summary>
    private static double Below(long most, long trials, double chance)
    {
        var logarithm = (most * Math.Log(chance)) + ((trials - most) * Math.Log(1 - chance));
        for (var i = 1L; i <= Math.Min(most, trials - most); i++)
        {
            logarithm += Math.Log((double)(trials - Math.Min(most, trials - most) + i) / i);
        }

        var term = Math.Exp(logarithm);
        var sum = term;
        for (var count = most; count > 0 && term > sum * Negligible; count--)
        {
            term *= count / (double)(trials - count + 1) * ((1 - chance) / chance);
            sum += term;
        }

        return sum;
    }
}
