namespace CityTwin.Core.Breaches.Model;

/// <summary>How a time that varies from run to run is spread.</summary>
public enum DurationKind
{
    /// <summary>Always the mean.</summary>
    Constant,

    /// <summary>Exponential, by its mean.</summary>
    Exponential,

    /// <summary>Gamma, by mean and standard deviation.</summary>
    Gamma,

    /// <summary>Lognormal, by mean and standard deviation of the time itself, not of its logarithm.</summary>
    Lognormal,

    /// <summary>Normal, by mean and standard deviation; what would be negative is drawn as 0.</summary>
    Normal,

    /// <summary>Uniform, from the first number to the second.</summary>
    Uniform,
}

/// <summary>A time that varies from run to run, in seconds.</summary>
/// <param name="FirstSeconds">The mean; of <see cref="DurationKind.Uniform"/> the least. At least 0.</param>
/// <param name="SecondSeconds">The standard deviation; of <see cref="DurationKind.Uniform"/> the greatest. 0 where the kind has none.</param>
public sealed record Duration(DurationKind Kind, Estimate FirstSeconds, Estimate SecondSeconds)
{
    public static Duration None { get; } = Constant(0);

    public static Duration Constant(double seconds) => new(DurationKind.Constant, Estimate.Of(seconds), Estimate.Zero);

    public static Duration Exponential(double meanSeconds) => new(DurationKind.Exponential, Estimate.Of(meanSeconds), Estimate.Zero);

    public static Duration Normal(double meanSeconds, double deviationSeconds) =>
        new(DurationKind.Normal, Estimate.Of(meanSeconds), Estimate.Of(deviationSeconds));

    /// <summary>The mean of the values as stated.</summary>
    public double MeanSeconds => Kind == DurationKind.Uniform ? (FirstSeconds.Value + SecondSeconds.Value) / 2 : FirstSeconds.Value;

    /// <summary>The variance of the values as stated, in s².</summary>
    public double VarianceSecondsSquared => Kind switch
    {
        DurationKind.Constant => 0,
        DurationKind.Exponential => FirstSeconds.Value * FirstSeconds.Value,
        DurationKind.Uniform => (SecondSeconds.Value - FirstSeconds.Value) * (SecondSeconds.Value - FirstSeconds.Value) / 12,
        _ => SecondSeconds.Value * SecondSeconds.Value,
    };
}
