using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>A <see cref="Duration"/> whose numbers are settled, ready to be drawn.</summary>
internal readonly struct Delay
{
    /// <summary>No time is longer than this: 100 years, in ticks. It keeps sums of times far from overflow.</summary>
    public const long TicksMax = 100L * 366 * 24 * 3600 * 1000;

    private const double TicksPerSecond = 1000;
    private readonly DurationKind _kind;
    private readonly double _first;
    private readonly double _second;

    private Delay(DurationKind kind, double first, double second) => (_kind, _first, _second) = (kind, first, second);

    /// <param name="name">Of the inputs, for their draws.</param>
    /// <param name="factor">Every time is multiplied by it.</param>
    public static Delay Of(Duration duration, string name, InputValues inputs, double factor = 1)
    {
        var (first, second) = (inputs.Of(name + ".first", duration.FirstSeconds), inputs.Of(name + ".second", duration.SecondSeconds));
        (first, second) = (first * factor * TicksPerSecond, second * factor * TicksPerSecond);
        if (duration.Kind != DurationKind.Lognormal || first <= 0)
        {
            return new(duration.Kind, first, second);
        }

        // Of a lognormal time the logarithm's mean and deviation are what is drawn by.
        var variance = Math.Log(1 + (second * second / (first * first)));
        return new(duration.Kind, Math.Log(first) - (variance / 2), Math.Sqrt(variance));
    }

    public double MeanTicks => _kind switch
    {
        DurationKind.Uniform => (_first + _second) / 2,
        DurationKind.Lognormal => _first == 0 && _second == 0 ? 0 : Math.Exp(_first + (_second * _second / 2)),
        _ => _first,
    };

    /// <summary>In ticks, 0..<see cref="TicksMax"/>.</summary>
    public long Draw(KeyedChance chance, ulong entity, Purpose purpose, int draw = 0)
    {
        var ticks = _kind switch
        {
            DurationKind.Exponential => -_first * Math.Log(chance.Unit(entity, purpose, draw << 6)),
            DurationKind.Gamma => Gamma(chance, entity, purpose, draw << 6),
            DurationKind.Lognormal => _first == 0 && _second == 0 ? 0 : Math.Exp(_first + (_second * Normal(chance, entity, purpose, draw << 6))),
            DurationKind.Normal => _first + (_second * Normal(chance, entity, purpose, draw << 6)),
            DurationKind.Uniform => _first + ((_second - _first) * chance.Unit(entity, purpose, draw << 6)),
            _ => _first,
        };
        return ticks >= TicksMax ? TicksMax : ticks > 0 ? (long)(ticks + 0.5) : 0;
    }

    private static double Normal(KeyedChance chance, ulong entity, Purpose purpose, int draw) =>
        NormalDistribution.Quantile(chance.Unit(entity, purpose, draw));

    /// <summary>Marsaglia and Tsang (2000); a shape below 1 by the power of one more uniform.</summary>
    private double Gamma(KeyedChance chance, ulong entity, Purpose purpose, int draw)
    {
        if (_second <= 0 || _first <= 0)
        {
            return _first;
        }

        const int TriesMax = 30; // each fails with less than 5 %: 30 in a row never happen
        var (shape, scale) = (_first * _first / (_second * _second), _second * _second / _first);
        var boost = shape < 1 ? Math.Pow(chance.Unit(entity, purpose, draw + 63), 1 / shape) : 1;
        var d = (shape < 1 ? shape + 1 : shape) - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        for (var attempt = 0; attempt < TriesMax; attempt++)
        {
            var x = Normal(chance, entity, purpose, draw + (2 * attempt));
            var v = 1 + (c * x);
            v = v * v * v;
            if (v > 0 && Math.Log(chance.Unit(entity, purpose, draw + (2 * attempt) + 1)) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return scale * boost * d * v;
            }
        }

        return scale * boost * d;
    }
}
