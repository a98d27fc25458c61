namespace CityTwin.Core.Views;

/// <summary>
/// The kinds of rows in the change log, and the record each carries. Kinds are stored: they are never renamed.
/// </summary>
public static class PublishedKind
{
    /// <summary>The status of a sensor; key = sensor id.</summary>
    public const string Sensor = "sensor";

    /// <summary><see cref="Cascades.SegmentFacts"/>; key = segment id.</summary>
    public const string Segment = "segment";

    /// <summary><see cref="Zones.ZoneFacts"/>; key = zone id.</summary>
    public const string Zone = "zone";

    /// <summary><see cref="Guarding.GuardStatus"/>; key = guard id.</summary>
    public const string Guard = "guard";

    /// <summary><see cref="Breaches.Live.AssetStatus"/>; key = asset id.</summary>
    public const string Asset = "asset";

    /// <summary><see cref="Breaches.Live.ConduitStatus"/>; key = conduit id.</summary>
    public const string Conduit = "conduit";

    /// <summary>The status of an alert; key = alert id.</summary>
    public const string Alert = "alert";

    /// <summary><see cref="Cascades.BatchDecided"/>; key = batch number, 19 digits.</summary>
    public const string Batch = "batch";

    /// <summary><see cref="Cascades.KernelCheckpoint"/>; key = <c>city</c>.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>No row of the change log: in history, a segment whose level a batch moved; key = segment id.</summary>
    public const string Level = "level";

    /// <summary><see cref="Breaches.Kept.BreachStatus"/>; key = breach id. Views pass over it.</summary>
    public const string Breach = "breach";

    /// <summary>No record: the grain with this address holds tells that may not have arrived. Views pass over it.</summary>
    public const string Outbox = "outbox";

    /// <summary>An instant: when the grain with this address must act although nobody calls it. Views pass over it.</summary>
    public const string Due = "due";
}
