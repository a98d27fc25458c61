using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Core.Access;

/// <summary>
/// Rights on topics, derived from the city. Topics are meant without the city's prefix: <c>sensors/{sensor}/reading</c>.
/// </summary>
public static class TopicRules
{
    /// <summary>Before every topic of a city.</summary>
    public const string Prefix = "citytwin/v1";

    public const string PublishReading = "publish sensors/{sensor}/reading";
    public const string PublishEvent = "publish sensors/{sensor}/event";
    public const string SubscribeReading = "subscribe sensors/{sensor}/reading";
    public const string SubscribeEvent = "subscribe sensors/{sensor}/event";
    public const string SubscribeAlerts = "subscribe alerts";
    public const string SubscribeStatus = "subscribe zones/{zone}/status";

    private const string Any = "+";

    /// <summary>Every kind of topic there is, as the permission table names them.</summary>
    public static ImmutableArray<string> Actions { get; } =
        [PublishReading, PublishEvent, SubscribeReading, SubscribeEvent, SubscribeAlerts, SubscribeStatus];

    /// <summary>Whether somebody may publish to a topic. A sensor's own credential speaks for that sensor alone.</summary>
    public static AccessVerdict MayPublish(Principal? principal, PermissionTable table, CityIndex city, string topic, DateTimeOffset now) =>
        topic.Split('/') switch
        {
            ["sensors", var sensor, "reading"] => MaySpeakFor(principal, table.Of(PublishReading), city, new(sensor), now),
            ["sensors", var sensor, "event"] => MaySpeakFor(principal, table.Of(PublishEvent), city, new(sensor), now),
            _ => principal is null ? AccessVerdict.NoCredential : AccessVerdict.RoleMissing,
        };

    /// <summary>
    /// Whether somebody may subscribe to a filter. A wildcard touches the city as a whole; what is wider than one kind of
    /// topic is nobody's, and a sensor subscribes to nothing: it takes no orders.
    /// </summary>
    public static AccessVerdict MaySubscribe(Principal? principal, PermissionTable table, CityIndex city, string filter, DateTimeOffset now)
    {
        var permission = filter.Split('/') switch
        {
            ["sensors", _, "reading"] => table.Of(SubscribeReading),
            ["sensors", _, "event"] => table.Of(SubscribeEvent),
            ["alerts"] => table.Of(SubscribeAlerts),
            ["zones", _, "status"] => table.Of(SubscribeStatus),
            _ => new Permission("subscribe", Roles.None),
        };
        return principal is { Sensor: not null } ? AccessVerdict.RoleMissing
            : AccessRules.May(principal, permission, city, [ZoneOf(city, filter.Split('/'))], now);
    }

    /// <summary>
    /// All that somebody may publish or hear, as filters: what the two questions above answer for each kind of topic, asked for
    /// the sensor that a device is, and for the whole city otherwise.
    /// </summary>
    public static IEnumerable<(bool IsToPublish, string Filter)> RightsOf(Principal principal, PermissionTable table, CityIndex city) => Actions
        .Select(action => (IsToPublish: action.StartsWith("publish ", StringComparison.Ordinal), Filter: action[(action.IndexOf(' ', StringComparison.Ordinal) + 1)..]
            .Replace("{sensor}", principal.Sensor?.Value ?? Any, StringComparison.Ordinal).Replace("{zone}", Any, StringComparison.Ordinal)))
        .Where(right => AccessVerdict.Allowed == (right.IsToPublish
            ? MayPublish(principal, table, city, right.Filter, DateTimeOffset.MinValue) : MaySubscribe(principal, table, city, right.Filter, DateTimeOffset.MinValue)));

    /// <summary>Whether somebody may say what a sensor says, by an action that is about that. A sensor's own credential speaks for that sensor alone.</summary>
    public static AccessVerdict MaySpeakFor(Principal? principal, Permission permission, CityIndex city, SensorId sensor, DateTimeOffset now)
    {
        if (principal?.Sensor is { } own && own != sensor)
        {
            return AccessVerdict.OutOfScope;
        }

        var zone = city.Find(sensor) is { } place ? city.ZoneOfSensor[place] : AccessRules.WholeCity;
        return AccessRules.May(principal, permission, city, [zone], now);
    }

    private static int ZoneOf(CityIndex city, string[] levels) => levels switch
    {
        [_, Any, _] => AccessRules.WholeCity,
        ["sensors", var sensor, _] when city.Find(new SensorId(sensor)) is { } place => city.ZoneOfSensor[place],
        ["zones", var zone, _] => city.Find(new ZoneId(zone)) ?? AccessRules.WholeCity,
        _ => AccessRules.WholeCity,
    };
}
