using System.Globalization;
using CityTwin.Client;
using CityTwin.Protocol.V1;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>Somebody who watches segments, sensors and alerts from beginning to end with the client package, which resumes by itself.</summary>
internal sealed class Watching(CityTwinClient client)
{
    private const int PageSize = 1000;

    private readonly WatchedThings<Segment> _segments = new(
        segment => segment.Name,
        segment => segment.Cascade.Length == 0 ? 0 : long.Parse(segment.Cascade["cascades/".Length..], CultureInfo.InvariantCulture),
        segment => $"{segment.LevelPermille} of {segment.CeilingPermille} since {segment.Cascade}");

    private readonly WatchedThings<Sensor> _sensors = new(
        sensor => sensor.Name, sensor => sensor.Sequence,
        sensor => string.Create(CultureInfo.InvariantCulture, $"{sensor.Value:R}{sensor.Word} of {sensor.Sequence} with {sensor.EventCount} events"));

    private readonly WatchedThings<Alert> _alerts = new(
        alert => alert.Name, alert => alert.RaiseTime.Seconds, alert => $"{alert.State} {alert.Count} times");

    public int Gaps => _segments.Gaps + _sensors.Gaps + _alerts.Gaps;

    public long Messages => _segments.Messages + _sensors.Messages + _alerts.Messages;

    /// <summary>Watches until it is cancelled.</summary>
    public Task Run(CancellationToken cancellation) => Task.WhenAll(
        Follow(client.WatchSegments(new(), cancellation), message => _segments.Take(message.Kind, message.Segment, message.Removed)),
        Follow(client.WatchSensors(new(), cancellation), message => _sensors.Take(message.Kind, message.Sensor, message.Removed)),
        Follow(client.WatchAlerts(new(), cancellation), message => _alerts.Take(message.Kind, message.Alert, message.Removed)));

    /// <summary>Where what was seen differs from what a silo lists.</summary>
    public async Task<IReadOnlyList<string>> Open(CityTwinClient silo, string where, CancellationToken cancellation)
    {
        var segments = await silo.Segments.ListSegmentsAsync(new() { PageSize = PageSize }, cancellationToken: cancellation);
        var sensors = await silo.Sensors.ListSensorsAsync(new() { PageSize = PageSize }, cancellationToken: cancellation);
        var alerts = await silo.Alerts.ListAlertsAsync(new() { PageSize = PageSize }, cancellationToken: cancellation);
        return segments.NextPageToken.Length + sensors.NextPageToken.Length + alerts.NextPageToken.Length > 0
            ? throw new InvalidOperationException($"The city has more than {PageSize} of something: list them in pages.")
            : [.. _segments.Open(segments.Segments, where), .. _sensors.Open(sensors.Sensors, where), .. _alerts.Open(alerts.Alerts, where)];
    }

    private static async Task Follow<T>(IAsyncEnumerable<T> watch, Action<T> take)
    {
        try
        {
            await foreach (var message in watch)
            {
                take(message);
            }
        }
        catch (OperationCanceledException)
        {
            // This is how it ends.
        }
    }
}
