using System.Collections.Immutable;
using System.Globalization;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// When enough runs have been made. Looking often and stopping at the first good moment would make intervals dishonest; so
/// looks are planned, and the error is divided evenly among them (Bonferroni): whichever look it stops at, the interval there
/// covers with the confidence promised.
/// </summary>
/// <param name="Confidence">Of the whole, more than 0 and less than 1.</param>
/// <param name="HalfWidth">Stops once no interval reaches farther to either side than this on average; 0 = uses the whole budget.</param>
/// <param name="RunsMax">The budget; at least 1.</param>
public sealed record StoppingRule(double Confidence, double HalfWidth, int RunsMax)
{
    private const int FirstLook = 1_000;

    /// <summary>After how many runs it looks: 1,000, 2,000, 5,000, 10,000 and so on below the budget, and at the budget.</summary>
    public ImmutableArray<int> Looks { get; } = LooksUpTo(HalfWidth > 0 ? RunsMax : 0, RunsMax);

    /// <summary>The confidence of the interval at each look, and of the one that is reported.</summary>
    public double LookConfidence => 1 - ((1 - Confidence) / Looks.Length);

    /// <summary>How many runs are made before the next look; null when the last one has been.</summary>
    public int? NextLook(long runs)
    {
        foreach (var look in Looks)
        {
            if (look > runs)
            {
                return look;
            }
        }

        return null;
    }

    /// <summary>Whether to stop at a look, with what has been counted up to there.</summary>
    /// <param name="proportions">All that are to be as narrow as wanted, each over the same number of runs.</param>
    public bool Stops(IReadOnlyList<Proportion> proportions) =>
        proportions.Count == 0
        || NextLook(proportions[0].Trials) is null
        || (Looks.Any(look => look == proportions[0].Trials)
            && proportions.All(proportion => proportion.Wilson(LookConfidence).HalfWidth <= HalfWidth));

    /// <summary>The rule in words, for the report.</summary>
    public string Describe() => Looks.Length == 1
        ? string.Create(CultureInfo.InvariantCulture, $"All {RunsMax:N0} runs are made; intervals hold with {Confidence:P1} confidence.")
        : string.Create(CultureInfo.InvariantCulture,
            $"Looks after {string.Join(", ", Looks.Select(look => look.ToString("N0", CultureInfo.InvariantCulture)))} runs and stops at the first at which every probability is known to within {HalfWidth * 100:0.###} percentage points. The error is divided evenly among the {Looks.Length} looks: each interval holds with {LookConfidence:P2}, and so the one reported, whenever it stopped, with at least {Confidence:P1} confidence.");

    private static ImmutableArray<int> LooksUpTo(int lookMax, int runsMax)
    {
        Invariant.Hold(runsMax >= 1, "A budget is at least one run.");
        var looks = ImmutableArray.CreateBuilder<int>();
        for (long ten = FirstLook; ten < lookMax; ten *= 10)
        {
            for (var step = 1; step <= 5; step += step == 1 ? 1 : 3)
            {
                if (ten * step < lookMax)
                {
                    looks.Add((int)(ten * step));
                }
            }
        }

        looks.Add(runsMax);
        return looks.ToImmutable();
    }
}
