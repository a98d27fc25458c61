using System.Text.Json;
using CityTwin.Core.Alerts;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;

namespace CityTwin.Ingest.Outgoing;

/// <summary>What goes out over MQTT, as JSON. Names and meanings are those of the REST interface.</summary>
internal static class OutgoingJson
{
    public static byte[] Alert(AlertStatus alert) => Write(json =>
    {
        json.WriteString("alert", alert.Id.Value);
        json.WriteString("phase", alert.Phase.ToString());
        json.WriteString("severity", alert.Severity.ToString());
        if (alert.Zone is { } zone)
        {
            json.WriteString("zone", zone.Value);
        }

        json.WriteString("text", alert.Text);
        json.WriteString("raiseTime", alert.RaisedAt.UtcDateTime);
        json.WriteNumber("count", alert.Count);
        if (alert.Acknowledged is { } note)
        {
            json.WriteString("acknowledgedBy", note.By);
        }
    });

    public static byte[] Zone(CityVersion version, int zone) => Write(json =>
    {
        var status = ZoneRules.StatusOf(version, zone);
        json.WriteString("zone", status.Id.Value);
        json.WriteNumber("worstLevelPermille", status.WorstPermille);
        json.WriteString("health", status.Health.ToString());
        json.WriteNumber("peopleAffected", status.PeopleAffected);
        json.WriteString("sensing", status.Coverage.ToString());
        json.WriteStartArray("services");
        foreach (var service in status.Services)
        {
            json.WriteStartObject();
            json.WriteString("service", service.Service.Value);
            json.WriteNumber("levelPermille", service.LevelPermille);
            if (service.Cause is { } cause)
            {
                json.WriteString("root", cause.Root.Value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("seq", status.Seq);
        if (status.AsOf is { } asOf)
        {
            json.WriteString("asOfTime", asOf.UtcDateTime);
        }
    });

    private static byte[] Write(Action<Utf8JsonWriter> body)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            body(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
