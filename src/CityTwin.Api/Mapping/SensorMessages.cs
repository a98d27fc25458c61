using CityTwin.Api.Reading;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Sensors as the contract says them.</summary>
internal static class SensorMessages
{
    public static V1.Sensor Of(CityVersion version, int place) => Of(version, place, version.Sensors[place]);

    /// <param name="view">What is known of it: that of the version, or what its owner says now.</param>
    public static V1.Sensor Of(CityVersion version, int place, SensorView view)
    {
        var sensor = version.Index.City.Sensors[place];
        var status = view.Status;
        var message = new V1.Sensor
        {
            Name = ResourceNames.Of(sensor.Id),
            DisplayName = sensor.Name,
            Kind = sensor.Kind,
            Role = (V1.SensorRole)(sensor.Role + 1),
            Position = PositionOf(sensor.Position),
            Zone = ResourceNames.Of(sensor.Zone),
            Segment = sensor.Segment is { } segment ? ResourceNames.Of(segment) : "",
            Unit = sensor.Unit ?? "",
            Quality = (V1.SensorQuality)(view.Condition + 1),
            ObserveTime = Times.Of(status?.ObservedAt),
            Sequence = status?.Sequence ?? 0,
            AvailabilityPermille = view.AvailabilityPermille,
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
            Word = status?.Value?.Word ?? "",
            ReceiveTime = Times.Of(status?.ReceivedAt),
            QualitySinceTime = Times.Of(status?.Since),
            EventCount = (int)Math.Min(int.MaxValue, status?.EventCount ?? 0),
        };
        if (status?.Value?.Number is { } number)
        {
            message.Value = number;
        }

        return message;
    }

    public static V1.Position PositionOf(LonLat place) => new() { Longitude = place.Longitude, Latitude = place.Latitude };
}
