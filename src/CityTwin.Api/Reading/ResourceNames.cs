using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Api.Reading;

/// <summary>Resource names as in AIP-122: <c>zones/harbour</c>.</summary>
internal static class ResourceNames
{
    public const string Zones = "zones/";
    public const string Segments = "segments/";
    public const string Sensors = "sensors/";
    public const string Guards = "guards/";
    public const string Alerts = "alerts/";
    public const string Assets = "assets/";
    public const string Conduits = "conduits/";
    public const string Profiles = "profiles/";
    public const string Cascades = "cascades/";
    public const string Simulations = "simulations/";
    public const string Breaches = "breaches/";
    public const string Grains = "grains/";

    public static string Of(ZoneId id) => Zones + id.Value;

    public static string Of(SegmentId id) => Segments + id.Value;

    public static string Of(SensorId id) => Sensors + id.Value;

    public static string Of(GuardId id) => Guards + id.Value;

    public static string Of(AssetId id) => Assets + id.Value;

    public static string Of(ConduitId id) => Conduits + id.Value;

    public static string Of(ProfileId id) => Profiles + id.Value;

    public static string OfCascade(long number) => Cascades + number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <returns>What follows the prefix, or null for another kind of name.</returns>
    public static string? IdOf(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length ? name[prefix.Length..] : null;
}
