using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>From values to places in a drawing, with round numbers to mark.</summary>
internal sealed record Axis(double Least, double Most, double From, double To)
{
    private const int TicksWanted = 6;
    private static readonly ImmutableArray<double> Roundings = [1, 2, 5, 10];

    /// <summary>An axis that holds 0 and all values, and ends at round numbers.</summary>
    public static Axis Holding(IEnumerable<double> values, double from, double to)
    {
        var all = values.Append(0).ToList();
        var (least, most) = (all.Min(), all.Max());
        var step = StepOf(most > least ? most - least : 1);
        most = most > least ? most : 1;
        return new(Math.Floor((least / step) + 1e-9) * step, Math.Ceiling((most / step) - 1e-9) * step, from, to);
    }

    public double At(double value) => From + ((Math.Clamp(value, Least, Most) - Least) / (Most - Least) * (To - From));

    public IEnumerable<double> Ticks
    {
        get
        {
            var step = StepOf(Most - Least);
            var first = (int)Math.Ceiling((Least / step) - 1e-9);
            for (var tick = first; tick * step <= Most + (step * 1e-9); tick++)
            {
                yield return tick * step;
            }
        }
    }

    private static double StepOf(double range)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(range / TicksWanted)));
        return Roundings.First(rounding => rounding * power * (1 + 1e-9) >= range / TicksWanted) * power;
    }
}
