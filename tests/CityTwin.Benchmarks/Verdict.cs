using System.Globalization;

namespace CityTwin.Benchmarks;

/// <summary>The line in which a benchmark ends: what was measured beside its peer or ceiling, and whether that is enough.</summary>
/// <param name="Ratio">Ours divided by the peer's; less is better unless told otherwise.</param>
internal readonly record struct Verdict(string Name, double Ratio, double Target, bool MoreIsBetter = false)
{
    public double Share => Ratio / Target;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Name} ratio={Ratio:0.000} target={Target:0.000} {((MoreIsBetter ? Ratio >= Target : Ratio <= Target) ? "ok" : "short")}");
}
