using System.Text.Json;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Security;

/// <summary>Writes the small parts that many things of a security model have.</summary>
internal static class SecurityJson
{
    /// <param name="absent">What it is when it is not written.</param>
    public static void WriteEstimate(this Utf8JsonWriter writer, string name, Estimate estimate, Estimate? absent = null)
    {
        if (estimate != absent)
        {
            writer.WritePropertyName(name);
            writer.WriteEstimateValue(estimate);
        }
    }

    /// <summary>A plain number where there is nothing more to say.</summary>
    public static void WriteEstimateValue(this Utf8JsonWriter writer, Estimate estimate)
    {
        if (estimate == Estimate.Of(estimate.Value))
        {
            writer.WriteNumberValue(estimate.Value);
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber(SecurityFormat.Value, estimate.Value);
        if (estimate.IsRange)
        {
            writer.WriteNumber(SecurityFormat.Low, estimate.Low);
            writer.WriteNumber(SecurityFormat.High, estimate.High);
        }

        writer.WriteText(Names.Source, estimate.Source);
        if (estimate.Confidence is { } confidence)
        {
            writer.WriteNumber(Names.Confidence, confidence);
        }

        writer.WriteEndObject();
    }

    public static void WriteDuration(this Utf8JsonWriter writer, string name, Duration duration)
    {
        writer.WriteStartObject(name);
        writer.WriteString(SecurityFormat.Distribution, SecurityFormat.WordOf(SecurityFormat.Distributions, duration.Kind));
        var isUniform = duration.Kind == DurationKind.Uniform;
        writer.WriteEstimate(isUniform ? SecurityFormat.FromSeconds : SecurityFormat.MeanSeconds, duration.FirstSeconds);
        if (duration.Kind is not DurationKind.Constant and not DurationKind.Exponential)
        {
            writer.WriteEstimate(isUniform ? SecurityFormat.ToSeconds : SecurityFormat.DeviationSeconds, duration.SecondSeconds);
        }

        writer.WriteEndObject();
    }

    public static void WriteText(this Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    /// <summary>A list of ids or words; left out when empty.</summary>
    public static void WriteIds<T>(this Utf8JsonWriter writer, string name, IReadOnlyList<T> ids)
        where T : notnull =>
        writer.WriteList(name, ids, static (item, id) => item.WriteStringValue(id.ToString()));

    /// <summary>A list; left out when empty.</summary>
    public static void WriteList<T>(this Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }
}
