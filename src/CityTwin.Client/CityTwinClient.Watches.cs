using CityTwin.Protocol.V1;

namespace CityTwin.Client;

/// <content>
/// Watches: each begins with a snapshot (or at the request's resume token), tells every change after it, survives the silo it
/// runs on, and ends only when cancelled or refused.
/// </content>
public sealed partial class CityTwinClient
{
    /// <summary>The whole city, as the map shows it.</summary>
    public IAsyncEnumerable<CityChanges> WatchCity(WatchCityRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchCityRequest, CityChanges>(
            City.WatchCity, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Snapshot = true, Gap = true })
        .Run(request, _options, cancellation);

    /// <summary>Zones and their status.</summary>
    public IAsyncEnumerable<WatchZonesResponse> WatchZones(WatchZonesRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchZonesRequest, WatchZonesResponse>(
            Zones.WatchZones, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Segments and their levels.</summary>
    public IAsyncEnumerable<WatchSegmentsResponse> WatchSegments(WatchSegmentsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchSegmentsRequest, WatchSegmentsResponse>(
            Segments.WatchSegments, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Sensors, without their readings.</summary>
    public IAsyncEnumerable<WatchSensorsResponse> WatchSensors(WatchSensorsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchSensorsRequest, WatchSensorsResponse>(
            Sensors.WatchSensors, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Alerts, from raised to cleared.</summary>
    public IAsyncEnumerable<WatchAlertsResponse> WatchAlerts(WatchAlertsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchAlertsRequest, WatchAlertsResponse>(
            Alerts.WatchAlerts, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Guards: where they are and what they do.</summary>
    public IAsyncEnumerable<WatchGuardsResponse> WatchGuards(WatchGuardsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchGuardsRequest, WatchGuardsResponse>(
            Guards.WatchGuards, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Assets: suspected, compromised, contained.</summary>
    public IAsyncEnumerable<WatchAssetsResponse> WatchAssets(WatchAssetsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchAssetsRequest, WatchAssetsResponse>(
            Assets.WatchAssets, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);

    /// <summary>Conduits: carrying or isolated.</summary>
    public IAsyncEnumerable<WatchConduitsResponse> WatchConduits(WatchConduitsRequest request, CancellationToken cancellation = default) =>
        new ResumingWatch<WatchConduitsRequest, WatchConduitsResponse>(
            Conduits.WatchConduits, message => message.ResumeToken, next => next.ResumeToken, (next, token) => next.ResumeToken = token, () => new() { Kind = WatchKind.Gap })
        .Run(request, _options, cancellation);
}
