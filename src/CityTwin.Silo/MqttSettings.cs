using System.Globalization;
using System.Net;
using CityTwin.Ingest;
using CityTwin.Ingest.Sparkplug;

namespace CityTwin.Silo;

/// <summary>
/// Which broker the silo uses. An external one comes from the environment, and its password from a file, so that neither
/// stands on a command line: CITYTWIN_MQTT_HOST, CITYTWIN_MQTT_PORT, CITYTWIN_MQTT_TLS, CITYTWIN_MQTT_USER,
/// CITYTWIN_MQTT_PASSWORD_FILE, CITYTWIN_MQTT_CLIENT_ID, CITYTWIN_MQTT_SLOTS, CITYTWIN_MQTT_311. Of it Sparkplug B: CITYTWIN_SPARKPLUG_GROUPS,
/// CITYTWIN_SPARKPLUG_SENSOR.
/// </summary>
internal static class MqttSettings
{
    /// <summary>Shared out evenly over one, two, three or six silos.</summary>
    private const int SlotsOfCluster = 6;

    /// <exception cref="StartRefusedException">A value is wrong; the message names it.</exception>
    public static IngestOptions From(Func<string, string?> environment, int embeddedPort, IPAddress listen, ClusterSettings? cluster)
    {
        if (environment("CITYTWIN_MQTT_HOST") is not { Length: > 0 } host)
        {
            return SparkplugFrom(environment) is null ? new() { Address = listen, Port = embeddedPort }
                : throw new StartRefusedException("CITYTWIN_SPARKPLUG_GROUPS needs an external broker: name it by CITYTWIN_MQTT_HOST.");
        }

        var options = new IngestOptions
        {
            Port = embeddedPort,
            Sparkplug = SparkplugFrom(environment),
            External = new()
            {
                Host = host,
                Port = PortOf(environment("CITYTWIN_MQTT_PORT")),
                UseTls = environment("CITYTWIN_MQTT_TLS") == "1",
                UseMqtt311 = environment("CITYTWIN_MQTT_311") == "1",
                ClientId = environment("CITYTWIN_MQTT_CLIENT_ID") ?? (cluster is null ? "citytwin-ingest" : $"{cluster.Id}-ingest"),
                SharedBy = cluster?.Id,
                Slots = SlotsOf(environment("CITYTWIN_MQTT_SLOTS"), cluster),
                Credentials = environment("CITYTWIN_MQTT_USER") is { } user ? new(user, PasswordOf(environment("CITYTWIN_MQTT_PASSWORD_FILE"))) : null,
            },
        };
        return options.Faults() is [var fault, ..] ? throw new StartRefusedException($"MQTT: {fault}") : options;
    }

    private static SparkplugOptions? SparkplugFrom(Func<string, string?> environment)
    {
        if (environment("CITYTWIN_SPARKPLUG_GROUPS") is not { Length: > 0 } groups)
        {
            return null;
        }

        var options = new SparkplugOptions { Groups = [.. groups.Split(',', StringSplitOptions.TrimEntries)] };
        return environment("CITYTWIN_SPARKPLUG_SENSOR") is { Length: > 0 } pattern ? options with { SensorName = pattern } : options;
    }

    private static int PortOf(string? port) => port is null ? 1883
        : int.TryParse(port, CultureInfo.InvariantCulture, out var number) ? number
        : throw new StartRefusedException($"CITYTWIN_MQTT_PORT is '{port}'; it is 1 to 65535.");

    private static int SlotsOf(string? slots, ClusterSettings? cluster) => (slots, cluster) switch
    {
        (null, null) => 1,
        (null, _) => SlotsOfCluster,
        (_, null) => throw new StartRefusedException("CITYTWIN_MQTT_SLOTS is for silos that share a city on PostgreSQL; leave it out."),
        _ => int.TryParse(slots, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= ExternalBrokerOptions.SlotsMax ? number
            : throw new StartRefusedException($"CITYTWIN_MQTT_SLOTS is '{slots}'; it is 1 to {ExternalBrokerOptions.SlotsMax}."),
    };

    private static string PasswordOf(string? file) => file is null ? ""
        : File.Exists(file) ? File.ReadAllText(file).TrimEnd()
        : throw new StartRefusedException($"CITYTWIN_MQTT_PASSWORD_FILE names '{file}', which does not exist.");
}
