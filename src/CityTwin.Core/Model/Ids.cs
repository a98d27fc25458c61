namespace CityTwin.Core.Model;

// Ids match [a-z][a-z0-9-]{0,62} (checked where they enter, by Import and Ingest) and sort by ordinal.

/// <summary>A zone, by its id.</summary>
[GenerateSerializer, Alias("zone-id"), Immutable]
public readonly record struct ZoneId(string Value) : IComparable<ZoneId>
{
    public int CompareTo(ZoneId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A grid segment, by its id.</summary>
[GenerateSerializer, Alias("segment-id"), Immutable]
public readonly record struct SegmentId(string Value) : IComparable<SegmentId>
{
    public int CompareTo(SegmentId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A network of segments, by its id.</summary>
[GenerateSerializer, Alias("network-id"), Immutable]
public readonly record struct NetworkId(string Value) : IComparable<NetworkId>
{
    public int CompareTo(NetworkId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A sensor, by its id.</summary>
[GenerateSerializer, Alias("sensor-id"), Immutable]
public readonly record struct SensorId(string Value) : IComparable<SensorId>
{
    public int CompareTo(SensorId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A guard, by its id.</summary>
[GenerateSerializer, Alias("guard-id"), Immutable]
public readonly record struct GuardId(string Value) : IComparable<GuardId>
{
    public int CompareTo(GuardId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A service that zones receive, such as <c>power</c>, <c>water</c>, <c>telecom</c>, <c>transport</c>, <c>health</c>, <c>waste</c> or <c>citizen-services</c>, by its id.</summary>
[GenerateSerializer, Alias("service-id"), Immutable]
public readonly record struct ServiceId(string Value) : IComparable<ServiceId>
{
    public int CompareTo(ServiceId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>The SHA-256 of a city definition in its canonical form, as 64 lower-case hex digits.</summary>
[GenerateSerializer, Alias("city-hash"), Immutable]
public readonly record struct CityHash(string Value)
{
    public override string ToString() => Value;
}
