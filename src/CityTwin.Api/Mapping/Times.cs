using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Api.Mapping;

/// <summary>Instants and spans as the contract says them.</summary>
internal static class Times
{
    public static Timestamp Of(DateTimeOffset at) => Timestamp.FromDateTimeOffset(at);

    public static Timestamp? Of(DateTimeOffset? at) => at is { } instant ? Of(instant) : null;

    /// <returns>The instant; where it lies outside of what there is, the first or the last that there is. Null when it is absent.</returns>
    public static DateTimeOffset? Of(Timestamp? said) => said is null ? null
        : said.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() ? DateTimeOffset.MinValue
        : said.Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds() || said.Nanos is < 0 or > 999_999_999 ? DateTimeOffset.MaxValue
        : said.ToDateTimeOffset();

    /// <param name="ticks">Milliseconds since 1970-01-01 UTC.</param>
    public static Timestamp OfTicks(long ticks) => Of(DateTimeOffset.FromUnixTimeMilliseconds(ticks));

    public static Duration SpanOfTicks(long ticks) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(ticks));
}
