using System.Collections.Immutable;
using CityTwin.Core.Breaches.Chances;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>
/// Which input moves the answer most. Each input is ranked by its own correlation with the means of the draws. Inputs are
/// drawn independently of each other, so each may be looked at alone; a joint regression would need more draws than inputs,
/// and a model has hundreds. What it cannot show is an input that matters only together with another, or one that moves the
/// answer up and down again.
/// </summary>
public static class Tornado
{
    /// <param name="inputs">Names, and the value of each draw.</param>
    /// <param name="drawMeans">The answer by draw.</param>
    /// <param name="confidence">Of telling inputs that move the answer from noise, all inputs together.</param>
    /// <returns>The strongest first; equally strong ones by name.</returns>
    public static ImmutableArray<TornadoBar> Of(IReadOnlyList<DrawnInput> inputs, IReadOnlyList<double> drawMeans, double confidence)
    {
        var draws = drawMeans.Count;
        var reach = draws < 3 || inputs.Count == 0 ? 0 : StudentT.TwoSided(1 - ((1 - confidence) / inputs.Count), draws - 2);

        // |r| is beyond noise when r sqrt((n - 2) / (1 - r²)) is beyond the reach of t.
        var noise = draws < 3 ? 1 : reach / Math.Sqrt(draws - 2 + (reach * reach));
        return [.. inputs.Select(input => Bar(input, drawMeans, noise))
            .OrderByDescending(bar => Math.Abs(bar.Correlation)).ThenBy(bar => bar.Input, StringComparer.Ordinal)];
    }

    private static TornadoBar Bar(DrawnInput input, IReadOnlyList<double> drawMeans, double noise)
    {
        Invariant.Hold(input.Values.Length == drawMeans.Count, "An input has one value for each draw.");
        var (middle, mean) = (input.Values.DefaultIfEmpty(0).Average(), drawMeans.DefaultIfEmpty(0).Average());
        var (squares, products, answers) = (0.0, 0.0, 0.0);
        for (var draw = 0; draw < drawMeans.Count; draw++)
        {
            var (x, y) = (input.Values[draw] - middle, drawMeans[draw] - mean);
            squares += x * x;
            products += x * y;
            answers += y * y;
        }

        var correlation = squares > 0 && answers > 0 ? Math.Clamp(products / Math.Sqrt(squares * answers), -1, 1) : 0;
        var swing = squares > 0 ? products / squares * (input.High - input.Low) : 0;
        return new(input.Name, correlation, swing, Math.Abs(correlation) > noise);
    }
}

/// <summary>An input with a range, and what was drawn from it.</summary>
/// <param name="Values">By draw.</param>
public sealed record DrawnInput(string Name, double Low, double High, ImmutableArray<double> Values);

/// <summary>How much one input moves the answer.</summary>
/// <param name="Correlation">With the means of the draws, -1..1.</param>
/// <param name="Swing">By how much the answer changes when the input goes from the low end of its range to the high one, by the straight line through the draws.</param>
/// <param name="IsBeyondNoise">False: it may as well be chance.</param>
public readonly record struct TornadoBar(string Input, double Correlation, double Swing, bool IsBeyondNoise);
