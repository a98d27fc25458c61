using System.Text.Json.Nodes;
using CityTwin.Api.Mapping;
using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What is told without being asked (over MQTT) says the same, word for word, as what REST answers.</summary>
public sealed class Public_json : IAsyncLifetime
{
    private readonly ApiServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        var rows = _server.Rows;
        _server.View.Apply(
        [
            rows.Reading("meter-00000", 231),
            rows.Alert("offline.sensor.camera", AlertSeverity.Critical, zone: "hospital"),
            rows.Command("substation", 0),
            rows.Batch("substation", 0, ("substation", 0), ("busbar", 0), ("cable", 0), ("end", 0), ("pump", 0)),
        ]);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("harbour")]
    [InlineData("hospital")]
    [InlineData("north")]
    public async Task A_zone_is_told_as_it_is_answered_except_for_forecasts(string zone)
    {
        var version = _server.View.Current;
        var answered = await Answer($"/v1/zones/{zone}");
        foreach (var service in answered["status"]!["services"]!.AsArray())
        {
            service!.AsObject().Remove("timeToDark");
            service.AsObject().Remove("weakestLink");
        }

        AssertSame(answered, PublicJson.Zone(version, version.Index.Find(new ZoneId(zone))!.Value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_alert_is_told_as_it_is_answered(bool isSuppressed)
    {
        var row = _server.Rows.Alert("offline.sensor.camera", AlertSeverity.Serious, AlertPhase.Acknowledged, "hospital");
        var status = (AlertStatus)row.Record! with
        {
            Acknowledged = new("anna", row.At, "seen"),
            Shelved = new("ben", row.At, "known"),
            ShelvedUntil = row.At.AddHours(1),
            SuppressedBy = isSuppressed ? "hospital" : null,
        };
        _server.View.Apply([row with { Record = status }]);

        AssertSame(await Answer("/v1/alerts/offline.sensor.camera"), PublicJson.Alert(_server.View.Current, new(status, row.Seq)));
    }

    private async Task<JsonNode> Answer(string path) => JsonNode.Parse(await _server.Http.GetStringAsync(path, Cancellation))!;

    private static void AssertSame(JsonNode answered, byte[] told) => Assert.Equal(Text(answered), Text(JsonNode.Parse(told)!));

    /// <summary>In an order of its own, and without what is absent: the two writers differ in that alone.</summary>
    private static string Text(JsonNode node) => node switch
    {
        JsonObject fields => $"{{{string.Join(", ", fields.Where(field => field.Value is not null).OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}: {Text(field.Value!)}"))}}}",
        JsonArray items => $"[{string.Join(", ", items.Select(item => Text(item!)))}]",
        _ => node.ToJsonString(),
    };
}
