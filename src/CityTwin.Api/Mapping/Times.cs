using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Api.Mapping;

/// <summary>Instants and spans as the contract says them.</summary>
internal static class Times
{
    public static Timestamp Of(DateTimeOffset at) => Timestamp.FromDateTimeOffset(at);

    public static Timestamp? Of(DateTimeOffset? at) => at is { } instant ? Of(instant) : null;

    /// <param name="ticks">Milliseconds since 1970-01-01 UTC.</param>
    public static Timestamp OfTicks(long ticks) => Of(DateTimeOffset.FromUnixTimeMilliseconds(ticks));

    public static Duration SpanOfTicks(long ticks) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(ticks));
}
