using CityTwin.Api.Reading;
using CityTwin.Core.Guarding;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Guards as the contract says them.</summary>
internal static class GuardMessages
{
    public static V1.Guard Of(CityVersion version, int place) => Of(version, place, version.Guards[place]);

    /// <param name="view">What is known of it: that of the version, or what its owner says now.</param>
    public static V1.Guard Of(CityVersion version, int place, GuardView view)
    {
        var guard = version.Index.City.Guards[place];
        return new()
        {
            Name = ResourceNames.Of(guard.Id),
            DisplayName = guard.Name,
            Post = SensorMessages.PositionOf(guard.Post),
            Zone = ResourceNames.Of(guard.Zone),
            Skills = { guard.Skills },
            SpeedMetresPerSecond = guard.SpeedMetresPerSecond,
            Duty = (V1.GuardDuty)(view.Status.Duty + 1),
            Position = SensorMessages.PositionOf(view.Status.Position),
            PositionTime = view.Status.PositionAt > DateTimeOffset.UnixEpoch ? Times.Of(view.Status.PositionAt) : null,
            Order = view.Status.Order is { } order ? OrderOf(order) : null,
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
        };
    }

    private static V1.GuardOrder OrderOf(GuardOrder order) => new()
    {
        Place = ResourceNames.Of(order.Place),
        Principal = order.By,
        Reason = order.Reason,
        RequestId = order.Request,
        ReceiveTime = Times.Of(order.Received),
        DispatchTime = Times.Of(order.Dispatched),
        EnRouteTime = Times.Of(order.EnRoute),
        OnSceneTime = Times.Of(order.OnScene),
        ClearTime = Times.Of(order.Cleared),
    };
}
