using CityTwin.Api.Reading;
using CityTwin.Core.Alerts;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Alerts as the contract says them.</summary>
internal static class AlertMessages
{
    public static V1.Alert Of(CityVersion version, AlertView view)
    {
        var alert = view.Status;
        return new()
        {
            Name = ResourceNames.Alerts + alert.Id.Value,
            Severity = (V1.AlertSeverity)(alert.Severity + 1),
            State = (V1.AlertState)(alert.Phase + 1),
            Code = alert.Id.Cause,
            Text = alert.Text,
            Zone = alert.Zone is { } zone ? ResourceNames.Of(zone) : "",
            Subject = SubjectOf(alert.Id),
            RaiseTime = Times.Of(alert.RaisedAt),
            AcknowledgeTime = Times.Of(alert.Acknowledged?.At),
            AcknowledgedBy = alert.Acknowledged?.By ?? "",
            ShelveUntilTime = Times.Of(alert.ShelvedUntil),
            ShelvedBy = alert.Shelved?.By ?? "",
            ClearTime = Times.Of(alert.Cleared?.At),
            Suppressed = alert.SuppressedBy is not null,
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
            LastTime = Times.Of(alert.LastAt),
            Count = (int)Math.Min(int.MaxValue, alert.Count),
        };
    }

    /// <summary>An alert's id names its place: <c>offline.sensor.cam-12</c>.</summary>
    private static string SubjectOf(AlertId id) => id.Value.Split('.') is [_, var kind, var place] ? $"{kind}s/{place}" : "";
}
