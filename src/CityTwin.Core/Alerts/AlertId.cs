using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Alerts;

/// <summary>
/// An alert is known by its cause and its place, so that one cause raises one alert however often it is told:
/// <c>cause.kind-of-place.place</c>, such as <c>offline.sensor.cam-12</c>. No id contains a dot.
/// </summary>
[GenerateSerializer, Alias("alert-id"), Immutable]
public readonly record struct AlertId(string Value) : IComparable<AlertId>
{
    /// <summary>The alert of a cause at a sensor.</summary>
    public static AlertId For(string cause, SensorId sensor) => new($"{cause}.sensor.{sensor}");

    /// <summary>The alert of a cause at a segment.</summary>
    public static AlertId For(string cause, SegmentId segment) => new($"{cause}.segment.{segment}");

    /// <summary>The alert of a cause in a zone.</summary>
    public static AlertId For(string cause, ZoneId zone) => new($"{cause}.zone.{zone}");

    /// <summary>The alert of a cause at an asset.</summary>
    public static AlertId For(string cause, AssetId asset) => new($"{cause}.asset.{asset}");

    /// <summary>The alert of a cause at a conduit.</summary>
    public static AlertId For(string cause, ConduitId conduit) => new($"{cause}.conduit.{conduit}");

    /// <summary>The word before the first dot.</summary>
    public string Cause => Value[..Math.Max(0, Value.IndexOf('.', StringComparison.Ordinal))];

    /// <summary>The id of the place, after the last dot.</summary>
    public string Place => Value[(Value.LastIndexOf('.') + 1)..];

    public int CompareTo(AlertId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}
