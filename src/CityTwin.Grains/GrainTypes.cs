using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Grains;

/// <summary>The names of grain types: part of every saved address, hence never changed.</summary>
public static class GrainTypes
{
    public const string Segment = "segment";
    public const string Network = "network";
    public const string Cascade = "cascade";
    public const string Zone = "zone";
    public const string Guard = "guard";
    public const string Sensor = "sensor";
    public const string Alert = "alert";
    public const string Asset = "asset";
    public const string Conduit = "conduit";
    public const string Breach = "breach";
    public const string BreachWorker = "breachworker";

    /// <summary>The address that a tell to this segment carries.</summary>
    public static string AddressOf(SegmentId segment) => GrainId.Create(Segment, GrainKeys.Of(segment)).ToString();

    /// <summary>The address that a tell to this asset carries.</summary>
    public static string AddressOf(AssetId asset) => GrainId.Create(Asset, GrainKeys.Of(asset)).ToString();

    /// <summary>The address that a tell to this alert carries.</summary>
    public static string AddressOfAlert(string alert) => GrainId.Create(Alert, GrainKeys.OfAlert(alert)).ToString();

    /// <summary>The address that a tell to the coordinator carries.</summary>
    public static string AddressOfCascade() => GrainId.Create(Cascade, GrainKeys.Cascade).ToString();
}
