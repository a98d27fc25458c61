namespace CityTwin.Core.Breaches.Chances;

/// <summary>
/// Quantiles of Student's t by G. W. Hill's algorithm 396 (Comm. ACM 13, 1970): to about six digits, far finer than any
/// interval is read.
/// </summary>
public static class StudentT
{
    /// <summary>How many standard errors a two-sided interval reaches.</summary>
    /// <param name="confidence">More than 0, less than 1.</param>
    /// <param name="degrees">Of freedom; at least 1.</param>
    public static double TwoSided(double confidence, long degrees)
    {
        Invariant.Hold(confidence is > 0 and < 1 && degrees >= 1, "A t interval has a confidence within 0..1 and at least one degree of freedom.");
        var (outside, n) = (1 - confidence, (double)degrees);
        if (degrees <= 2)
        {
            return degrees == 1 ? 1 / Math.Tan(outside * Math.PI / 2) : Math.Sqrt((2 / (outside * (2 - outside))) - 2);
        }

        var a = 1 / (n - 0.5);
        var b = 48 / (a * a);
        var c = (((((20_700 * a / b) - 98) * a) - 16) * a) + 96.36;
        var d = ((((94.5 / (b + c)) - 3) / b) + 1) * Math.Sqrt(a * Math.PI / 2) * n;
        var y = Math.Pow(d * outside, 2 / n);
        return Math.Sqrt(n * (y > 0.05 + a ? NearNormal(outside, n, a, b, c, d) : Tail(y, n, d)));
    }

    private static double NearNormal(double outside, double n, double a, double b, double c, double d)
    {
        var x = NormalDistribution.Quantile(outside / 2);
        var y = x * x;
        c += n < 5 ? 0.3 * (n - 4.5) * (x + 0.6) : 0;
        c = (((((((0.05 * d * x) - 5) * x) - 7) * x) - 2) * x) + b + c;
        y = ((((((((((0.4 * y) + 6.3) * y) + 36) * y) + 94.5) / c) - y - 3) / b) + 1) * x;
        y = a * y * y;
        return y > 0.002 ? Math.Exp(y) - 1 : (0.5 * y * y) + y;
    }

    private static double Tail(double y, double n, double d) =>
        ((((1 / ((((n + 6) / (n * y)) - (0.089 * d) - 0.822) * (n + 2) * 3)) + (0.5 / (n + 4))) * y - 1) * (n + 1) / (n + 2)) + (1 / y);
}
