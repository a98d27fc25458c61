using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Grains;

/// <summary>
/// The keys of grains. Every key carries a prefix, because AdoNet storage leaves out the kind of grain and folds keys
/// that read as numbers into one.
/// </summary>
public static class GrainKeys
{
    /// <summary>The one coordinator of the city.</summary>
    public const string Cascade = "c:city";

    public static string Of(SegmentId segment) => "g:" + segment.Value;

    public static string Of(NetworkId network) => "n:" + network.Value;

    public static string Of(ZoneId zone) => "z:" + zone.Value;

    public static string Of(SensorId sensor) => "s:" + sensor.Value;

    public static string Of(GuardId guard) => "u:" + guard.Value;

    public static string Of(AssetId asset) => "k:" + asset.Value;

    public static string Of(ConduitId conduit) => "p:" + conduit.Value;

    public static string OfAlert(string alert) => "a:" + alert;

    public static string OfBreach(string breach) => "b:" + breach;

    /// <summary>One of the places on a silo where breaches are run.</summary>
    public static string OfBreachWorker(string silo, int place) => FormattableString.Invariant($"w:{silo}/{place}");

    /// <summary>The id behind the prefix.</summary>
    public static string IdOf(string key) => key[2..];
}
