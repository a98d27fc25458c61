using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Chances;

/// <summary>
/// The standard normal distribution: its distribution function by W. J. Cody's rational approximations (Math. Comp. 23,
/// 1969; as ANORM of SPECFUN, ACM TOMS 19, 1993), its inverse by M. J. Wichura's algorithm AS 241, PPND16 (Applied
/// Statistics 37, 1988). Both are good to about 1e-15 of their value, tails included.
/// </summary>
public static class NormalDistribution
{
    /// <summary>Up to here the middle approximation of Cody holds: the quantile of 3/4.</summary>
    private const double Middle = 0.67448975;

    private const double ReciprocalRootOfTwoPi = 0.39894228040143267794;

    /// <summary>Where the inverse goes over to its tails, as the distance of the probability from a half.</summary>
    private const double CentralHalfWidth = 0.425;

    private static readonly double RootOf32 = Math.Sqrt(32);

    private static readonly Ratio Inner = new(
        [0.065682337918207449113, 2.2352520354606839287, 161.02823106855587881, 1067.6894854603709582, 18154.981253343561249],
        [1, 47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956]);

    private static readonly Ratio Outer = new(
        [
            1.0765576773720192317e-8, 0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979, 597.27027639480026226,
            2494.5375852903726711, 6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218,
        ],
        [
            1, 22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755,
            18615.571640885098091, 34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
        ]);

    private static readonly Ratio Far = new(
        [
            0.02307344176494017303, 0.21589853405795699, 0.1274011611602473639, 0.022235277870649807, 0.001421619193227893466,
            2.9112874951168792e-5,
        ],
        [1, 1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244, 7.29751555083966205e-5]);

    private static readonly Ratio InverseCentre = new(
        [
            2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
            1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080,
        ],
        [
            5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867, 5394.1960214247511077,
            687.18700749205790830, 42.313330701600911252, 1,
        ]);

    private static readonly Ratio InverseTail = new(
        [
            7.74545014278341407640e-4, 0.0227238449892691845833, 0.241780725177450611770, 1.27045825245236838258, 3.64784832476320460504,
            5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
        ],
        [
            1.05075007164441684324e-9, 5.47593808499534494600e-4, 0.0151986665636164571966, 0.148103976427480074590,
            0.689767334985100004550, 1.67638483018380384940, 2.05319162663775882187, 1,
        ]);

    private static readonly Ratio InverseFarTail = new(
        [
            2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.00124266094738807843860, 0.0265321895265761230930,
            0.296560571828504891230, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
        ],
        [
            2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
            0.0148753612908506148525, 0.136929880922735805310, 0.599832206555887937690, 1,
        ]);

    /// <summary>The chance that a standard normal value is at most <paramref name="z"/>.</summary>
    public static double Cdf(double z) => z > Middle ? 1 - Tail(z) : z < -Middle ? Tail(-z) : 0.5 + (z * Inner.At(z * z));

    /// <summary>The value that a standard normal one is below with this probability; infinite at 0 and at 1.</summary>
    /// <param name="probability">0..1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is no probability.</exception>
    public static double Quantile(double probability)
    {
        if (!(probability is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies between 0 and 1.");
        }

        var fromHalf = probability - 0.5;
        if (Math.Abs(fromHalf) <= CentralHalfWidth)
        {
            return fromHalf * InverseCentre.At((CentralHalfWidth * CentralHalfWidth) - (fromHalf * fromHalf));
        }

        var tail = fromHalf < 0 ? probability : 1 - probability;
        if (tail == 0)
        {
            return fromHalf < 0 ? double.NegativeInfinity : double.PositiveInfinity;
        }

        var root = Math.Sqrt(-Math.Log(tail));
        var size = root <= 5 ? InverseTail.At(root - 1.6) : InverseFarTail.At(root - 5);
        return fromHalf < 0 ? -size : size;
    }

    /// <summary>The chance of more than <paramref name="z"/>, for <paramref name="z"/> above <see cref="Middle"/>.</summary>
    private static double Tail(double z)
    {
        if (double.IsPositiveInfinity(z))
        {
            return 0;
        }

        double ratio;
        if (z <= RootOf32)
        {
            ratio = Outer.At(z);
        }
        else
        {
            var inverseSquare = 1 / (z * z);
            ratio = (ReciprocalRootOfTwoPi - (inverseSquare * Far.At(inverseSquare))) / z;
        }

        // The square is split at a 16th, so that its rounding does not spoil the exponential (Cody).
        var coarse = Math.Truncate(z * 16) / 16;
        return Math.Exp(-coarse * coarse * 0.5) * Math.Exp(-(z - coarse) * (z + coarse) * 0.5) * ratio;
    }

    /// <summary>One polynomial over another, coefficients from the highest power down.</summary>
    private sealed class Ratio(ImmutableArray<double> above, ImmutableArray<double> below)
    {
        public double At(double x)
        {
            var (numerator, denominator) = (0.0, 0.0);
            foreach (var coefficient in above)
            {
                numerator = (numerator * x) + coefficient;
            }

            foreach (var coefficient in below)
            {
                denominator = (denominator * x) + coefficient;
            }

            return numerator / denominator;
        }
    }
}
