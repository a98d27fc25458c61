using CityTwin.Api.Reading;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Assets as the contract says them.</summary>
internal static class AssetMessages
{
    public static V1.Asset Of(CityVersion version, int place) => Of(version, place, version.Assets[place]);

    /// <param name="view">What is known of it: that of the version, or what its owner says now.</param>
    public static V1.Asset Of(CityVersion version, int place, AssetView view)
    {
        var (asset, status) = (version.Index.City.Security.Assets[place], view.Status);
        return new()
        {
            Name = ResourceNames.Of(asset.Id),
            DisplayName = asset.Name,
            Kind = asset.Kind,
            SecurityZone = asset.Zone?.Value ?? "",
            Zone = asset.Place is { } zone ? ResourceNames.Of(zone) : "",
            Segments = { asset.Segments.Select(ResourceNames.Of) },
            Sensors = { asset.Sensors.Select(ResourceNames.Of) },
            Posture = (V1.AssetPosture)(status.Posture + 1),
            SinceTime = Times.Of(status.Since),
            ReachedSteps = { status.Reached.Select(step => StepOf(version, step)) },
            Signs = { status.Signs.Select(SignOf) },
            Contained = NoteOf(status.Contained),
            Cleared = NoteOf(status.Cleared),
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
        };
    }

    public static V1.OrderNote? NoteOf(OrderNote? note) => note is null ? null : new()
    {
        Principal = note.By, Reason = note.Reason, OrderTime = Times.Of(note.At),
    };

    private static V1.ReachedStep StepOf(CityVersion version, ReachedStep step) => new()
    {
        Step = step.Step.Value,
        DisplayName = version.Index.City.Security.Steps.FirstOrDefault(known => known.Id == step.Step)?.Name ?? "",
        SinceTime = Times.Of(step.Since),
        Sensor = ResourceNames.Of(step.By),
        Evidence = step.Evidence ?? "",
    };

    private static V1.AttackSign SignOf(Sign sign) => new()
    {
        Sensor = ResourceNames.Of(sign.Sensor),
        EventClass = sign.Class,
        Confidence = sign.Confidence,
        ObserveTime = Times.Of(sign.At),
        Evidence = sign.Evidence ?? "",
    };
}
