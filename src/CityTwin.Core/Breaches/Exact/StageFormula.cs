namespace CityTwin.Core.Breaches.Exact;

/// <summary>A stage of an attack that lasts exponentially.</summary>
/// <param name="Rate">How often it would be done in a unit of time (l); more than 0.</param>
/// <param name="Detected">The chance that it is detected as it begins (d), 0..1.</param>
public readonly record struct ExponentialStage(double Rate, double Detected);

/// <summary>
/// An attack in stages, one after the other, against a response that begins with the first detection and lasts
/// exponentially. The attack succeeds when its last stage ends before the response does; because an exponential time
/// forgets how long it has run, each stage by itself beats the response with l / (l + m).
/// </summary>
public static class StageFormula
{
    /// <summary>P(success) = sum_i prod_{j&lt;i} (1 - d_j) d_i prod_{j&gt;=i} l_j / (l_j + m) + prod_j (1 - d_j).</summary>
    /// <param name="responseRate">The rate of the response (m); at least 0, where 0 is nobody.</param>
    /// <returns>0..1; 1 for no stages.</returns>
    public static double Success(IReadOnlyList<ExponentialStage> stages, double responseRate)
    {
        // From the last stage back: won = success from here if nothing was noticed before, race = success against a response under way.
        var (won, race) = (1.0, 1.0);
        for (var i = stages.Count - 1; i >= 0; i--)
        {
            race *= stages[i].Rate / (stages[i].Rate + responseRate);
            won = (stages[i].Detected * race) + ((1 - stages[i].Detected) * won);
        }

        return won;
    }
}
