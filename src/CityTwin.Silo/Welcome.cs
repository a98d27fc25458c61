using CityTwin.Core.Model;
using CityTwin.Silo.Access;

namespace CityTwin.Silo;

/// <summary>What a person sees when the city runs: where it is, and three things to try.</summary>
internal static class Welcome
{
    public static void Print(TextWriter output, City city, SiloSettings settings, string? link)
    {
        var breaker = city.Sensors.FirstOrDefault(sensor => sensor is { Role: SensorRole.Status, Segment: not null, Kind: "breaker" })
            ?? city.Sensors.FirstOrDefault(sensor => sensor is { Role: SensorRole.Status, Segment: not null });
        var substation = city.Segments.FirstOrDefault(segment => segment.Kind == "substation") ?? city.Segments.FirstOrDefault();
        var sample = city.IsSample ? " (sample data)" : "";
        output.WriteLine();
        output.WriteLine($"  {city.Name}{sample}: {city.Zones.Length} zones, {city.Segments.Length} segments, {city.Sensors.Length} sensors, {city.Guards.Length} guards");
        output.WriteLine();
        var header = link is null ? "-H \"authorization: Bearer $KEY\"" : $"-H @'{OperatorKey.DoorOf(settings.HttpPort)}'";
        output.WriteLine($"  console   {link ?? $"http://{settings.Listen}:{settings.HttpPort}/"}{(link is null ? "" : "   (this link works once)")}");
        output.WriteLine($"  REST      http://127.0.0.1:{settings.HttpPort}/v1/zones");
        output.WriteLine($"  gRPC      127.0.0.1:{settings.GrpcPort} (citytwin.v1, with reflection)");
        output.WriteLine($"  MQTT      127.0.0.1:{settings.MqttPort} (citytwin/v1/sensors/SENSOR/reading)");
        output.WriteLine($"  metrics   http://127.0.0.1:{settings.HttpPort}/metrics      data  {(settings.Cluster is null ? Path.GetFullPath(settings.DataFolder) : "PostgreSQL")}");
        output.WriteLine();
        output.WriteLine("  Three things to try:");
        output.WriteLine($"  1. Open the console, then take a substation out and watch what falls:");
        output.WriteLine($"     curl {header} -X POST http://127.0.0.1:{settings.HttpPort}/v1/segments/{substation?.Id}:fail -H 'content-type: application/json' -d '{{\"principal\":\"me\",\"reason\":\"drill\"}}'");
        output.WriteLine($"     and bring it back with :restore instead of :fail.");
        if (breaker is not null)
        {
            output.WriteLine($"  2. Let a breaker report over MQTT that it is open:");
            output.WriteLine($"     mosquitto_pub -p {settings.MqttPort} -q 1 -t citytwin/v1/sensors/{breaker.Id}/reading -m '{{\"value\":\"open\"}}'");
        }

        output.WriteLine($"  3. Ask which zone is worst off, and why:");
        output.WriteLine($"     curl {header} 'http://127.0.0.1:{settings.HttpPort}/v1/zones?filter=status.worst_level_permille<1000'");
        output.WriteLine();
        output.WriteLine("  Ctrl+C stops it; the city goes on where it was.");
        output.Flush();
    }
}
