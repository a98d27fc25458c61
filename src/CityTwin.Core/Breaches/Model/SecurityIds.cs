namespace CityTwin.Core.Breaches.Model;

// Ids match [a-z][a-z0-9-]{0,62}, as those of the city, and sort by ordinal.

/// <summary>An attack step, by its id.</summary>
[GenerateSerializer, Alias("step-id"), Immutable]
public readonly record struct StepId(string Value) : IComparable<StepId>
{
    public int CompareTo(StepId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>An asset, by its id.</summary>
[GenerateSerializer, Alias("asset-id"), Immutable]
public readonly record struct AssetId(string Value) : IComparable<AssetId>
{
    public int CompareTo(AssetId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A conduit, by its id.</summary>
[GenerateSerializer, Alias("conduit-id"), Immutable]
public readonly record struct ConduitId(string Value) : IComparable<ConduitId>
{
    public int CompareTo(ConduitId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A security zone of IEC 62443, by its id; it is not a <see cref="Core.Model.Zone"/> of the map.</summary>
public readonly record struct SecurityZoneId(string Value) : IComparable<SecurityZoneId>
{
    public int CompareTo(SecurityZoneId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>An area that an adversary can stand in, by its id.</summary>
[GenerateSerializer, Alias("area-id"), Immutable]
public readonly record struct AreaId(string Value) : IComparable<AreaId>
{
    public int CompareTo(AreaId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>An adversary profile, by its id.</summary>
[GenerateSerializer, Alias("profile-id"), Immutable]
public readonly record struct ProfileId(string Value) : IComparable<ProfileId>
{
    public int CompareTo(ProfileId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A weekly schedule, by its id.</summary>
public readonly record struct ScheduleId(string Value) : IComparable<ScheduleId>
{
    public int CompareTo(ScheduleId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>A defence of the catalogue, by its id.</summary>
[GenerateSerializer, Alias("defence-id"), Immutable]
public readonly record struct DefenceId(string Value) : IComparable<DefenceId>
{
    public int CompareTo(DefenceId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
