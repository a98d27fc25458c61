using CityTwin.Console.Live;
using CityTwin.Protocol.V1;

namespace CityTwin.Console.Details;

/// <summary>The orders one can give from the console.</summary>
public static class Commands
{
    /// <summary>The orders to a segment, in the order they are offered.</summary>
    public static IReadOnlyList<Command> Of(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var name = segment.DisplayName.Length > 0 ? segment.DisplayName : Words.Id(segment.Name);
        return
        [
            new($"Fail {name}", "It is held down to the level given; whatever depends on it follows at once.", "Fail", true, true, true,
                (api, order) => api.Segments.FailSegmentAsync(new() { Name = segment.Name, Principal = order.Principal, Reason = order.Reason, LevelPermille = order.LevelPermille ?? 0 }), $"{name}: failed by order."),
            new($"Restore {name}", "The order that holds it down is lifted, and no other cause.", "Restore", false, false, true,
                (api, order) => api.Segments.RestoreSegmentAsync(new() { Name = segment.Name, Principal = order.Principal, Reason = order.Reason }), $"{name}: the order is lifted."),
            new($"Open {name}", "The switch opens: nothing flows through it.", "Open", true, false, true,
                (api, order) => api.Segments.OpenSegmentAsync(new() { Name = segment.Name, Principal = order.Principal, Reason = order.Reason }), $"{name}: opened."),
            new($"Close {name}", "The switch closes: it carries again.", "Close", false, false, true,
                (api, order) => api.Segments.CloseSegmentAsync(new() { Name = segment.Name, Principal = order.Principal, Reason = order.Reason }), $"{name}: closed."),
            new($"Start {name}", "A start from black: a loop that went down together comes up from here.", "Start", false, false, true,
                (api, order) => api.Segments.StartSegmentsAsync(new() { Names = { segment.Name }, Principal = order.Principal, Reason = order.Reason }), $"{name}: start ordered."),
        ];
    }

    /// <summary>The orders to an asset, as far as they change anything.</summary>
    public static IReadOnlyList<Command> Of(Asset asset)
    {
        ArgumentNullException.ThrowIfNull(asset);
        var commands = new List<Command>();
        if (asset.Posture != AssetPosture.Contained)
        {
            commands.Add(new($"Contain {asset.DisplayName}", "It is cut off: no attack goes on from it or into it.", "Contain", false, false, true,
                (api, order) => api.Assets.ContainAssetAsync(new() { Name = asset.Name, Principal = order.Principal, Reason = order.Reason }), $"{asset.DisplayName}: contained."));
        }

        if (asset.Posture != AssetPosture.Clear || asset.Signs.Count > 0)
        {
            commands.Add(new($"Clear {asset.DisplayName}", "Nothing was found, or it is mended: what was known of an attack on it is over.", "Clear", false, false, true,
                (api, order) => api.Assets.ClearAssetAsync(new() { Name = asset.Name, Principal = order.Principal, Reason = order.Reason }), $"{asset.DisplayName}: cleared."));
        }

        return commands;
    }

    /// <summary>The order to a conduit that changes it.</summary>
    public static IReadOnlyList<Command> Of(Conduit conduit)
    {
        ArgumentNullException.ThrowIfNull(conduit);
        return conduit.Isolated is null
            ? [new($"Isolate {conduit.DisplayName}", $"No attack goes through it, and {conduit.Carries.Count} segments lose what it carried.", "Isolate", conduit.Carries.Count > 0, false, true,
                (api, order) => api.Conduits.IsolateConduitAsync(new() { Name = conduit.Name, Principal = order.Principal, Reason = order.Reason }), $"{conduit.DisplayName}: isolated.")]
            : [new($"Rejoin {conduit.DisplayName}", "It carries again: what it held down is lifted.", "Rejoin", false, false, true,
                (api, order) => api.Conduits.RejoinConduitAsync(new() { Name = conduit.Name, Principal = order.Principal, Reason = order.Reason }), $"{conduit.DisplayName}: rejoined.")];
    }

    /// <summary>Taking note of an alert by somebody who has not yet said who they are.</summary>
    public static Command Acknowledge(AlertRow alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return new("Acknowledge alert", alert.Text, "Acknowledge", false, false, false,
            (api, order) => api.Alerts.AcknowledgeAlertAsync(new() { Name = alert.Name, Principal = order.Principal, Reason = order.Reason }), "Acknowledged.");
    }
}
