namespace CityTwin.Core.Breaches.Model;

/// <summary>
/// A number that somebody measured, published or assumed. Where it has a range, the range is input uncertainty: an outer
/// loop draws from it, evenly, while the runs within one draw share one value.
/// </summary>
/// <param name="Low">The least it may be; equal to <paramref name="High"/> where no range is stated.</param>
/// <param name="Source">A publication, a measurement, or the word <c>assumed</c>; null when not stated, which counts as assumed.</param>
/// <param name="Confidence">0 (a guess) to 1 (measured); null when not stated.</param>
public sealed record Estimate(double Value, double Low, double High, string? Source = null, double? Confidence = null)
{
    public static Estimate Zero { get; } = Of(0);

    public static Estimate One { get; } = Of(1);

    public bool IsRange => Low < High;

    public static Estimate Of(double value) => new(value, value, value);
}
