using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Security;

/// <summary>Reads numbers that may carry a range, a source and a confidence, and times that vary from run to run.</summary>
internal static class EstimateReader
{
    /// <summary>About 31 years: longer than any attack, and in milliseconds still far from the end of a clock.</summary>
    private const double SecondsMax = 1e9;

    /// <summary>What a gamma or lognormal time needs to be one.</summary>
    private const double PositiveSecondsMin = 0.001;

    /// <summary>A plain number, or an object with its value, range, source and confidence.</summary>
    /// <param name="fallback">What it is when absent; null = it must be there.</param>
    public static Estimate ReadEstimate(this Fields fields, string name, double minimum, double maximum, Estimate? fallback = null)
    {
        var absent = fallback ?? Estimate.Of(minimum);
        if (fields.Json(name, required: fallback is null) is not { ValueKind: System.Text.Json.JsonValueKind.Object })
        {
            return fields.Number(name, minimum, maximum) is { } number ? Estimate.Of(number) : absent;
        }

        if (fields.Object(name, SecurityFormat.EstimateParts) is not { } parts)
        {
            return absent;
        }

        var value = parts.Number(SecurityFormat.Value, minimum, maximum, required: true);
        var low = parts.Number(SecurityFormat.Low, minimum, maximum);
        var high = parts.Number(SecurityFormat.High, minimum, maximum);
        var source = parts.Text(Names.Source, required: false);
        var confidence = parts.Number(Names.Confidence, 0, 1);
        parts.Close();
        if (value is not { } stated)
        {
            return absent;
        }

        if (low > stated || high < stated)
        {
            parts.Error(FaultCode.RangeUpsideDown, low > stated ? SecurityFormat.Low : SecurityFormat.High,
                $"A range goes from '{SecurityFormat.Low}' over '{SecurityFormat.Value}' to '{SecurityFormat.High}', not {Fields.Show(low ?? stated)}, {Fields.Show(stated)}, {Fields.Show(high ?? stated)}.");
            return absent;
        }

        return new(stated, low ?? stated, high ?? stated, source, confidence);
    }

    /// <summary>A chance or share, 0..1.</summary>
    public static Estimate ReadShare(this Fields fields, string name, Estimate? fallback = null) => fields.ReadEstimate(name, 0, 1, fallback);

    /// <summary>A time; null when absent, or after telling a fault.</summary>
    public static Duration? ReadDuration(this Fields fields, string name, bool required = false)
    {
        if (fields.Object(name, SecurityFormat.DurationParts, required) is not { } parts)
        {
            return null;
        }

        var kind = parts.Word(SecurityFormat.Distribution, SecurityFormat.Distributions);
        var duration = kind is { } known ? Read(parts, known) : null;
        parts.Close();
        return duration;
    }

    private static Duration Read(Fields parts, DurationKind kind)
    {
        var isUniform = kind == DurationKind.Uniform;
        var hasDeviation = kind is DurationKind.Gamma or DurationKind.Lognormal or DurationKind.Normal;
        Refuse(isUniform, SecurityFormat.MeanSeconds);
        Refuse(!hasDeviation, SecurityFormat.DeviationSeconds);
        Refuse(!isUniform, SecurityFormat.FromSeconds);
        Refuse(!isUniform, SecurityFormat.ToSeconds);
        if (!isUniform)
        {
            var least = kind is DurationKind.Gamma or DurationKind.Lognormal ? PositiveSecondsMin : 0;
            return new(
                kind,
                parts.ReadEstimate(SecurityFormat.MeanSeconds, least, SecondsMax),
                hasDeviation ? parts.ReadEstimate(SecurityFormat.DeviationSeconds, least, SecondsMax) : Estimate.Zero);
        }

        var (from, to) = (parts.ReadEstimate(SecurityFormat.FromSeconds, 0, SecondsMax), parts.ReadEstimate(SecurityFormat.ToSeconds, 0, SecondsMax));
        if (from.High > to.Low && parts.Has(SecurityFormat.FromSeconds) && parts.Has(SecurityFormat.ToSeconds))
        {
            parts.Error(FaultCode.RangeUpsideDown, SecurityFormat.ToSeconds,
                $"'{SecurityFormat.ToSeconds}' must not be less than '{SecurityFormat.FromSeconds}', wherever in their ranges they lie.");
        }

        return new(kind, from, to);

        void Refuse(bool isForeign, string name)
        {
            if (isForeign && parts.Has(name))
            {
                parts.Error(FaultCode.Contradiction, name,
                    $"A time with the distribution '{SecurityFormat.WordOf(SecurityFormat.Distributions, kind)}' has no '{name}'; leave it out.");
            }
        }
    }
}
