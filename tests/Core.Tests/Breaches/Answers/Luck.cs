using CityTwin.Core.Breaches.Chances;
using CityTwin.Testing;

namespace CityTwin.Core.Tests.Breaches.Answers;

/// <summary>Draws with a seed, for checking by repetition what intervals promise.</summary>
internal sealed class Luck(ulong seed)
{
    private readonly Draws _draws = new(seed);

    /// <summary>More than 0, less than 1.</summary>
    public double Unit() => (_draws.Between(0, 999_999_999) + 0.5) / 1e9;

    public bool Happens(double chance) => Unit() < chance;

    public double Normal() => NormalDistribution.Quantile(Unit());

    public double Exponential(double mean) => -mean * Math.Log(Unit());
}
