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
            new($"Fail {name}", "It is held down to the level given; whatever depends on it follows at once.", "Fail", segment.Name + ":fail", true, true, true,
                order => new FailSegmentRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId(), LevelPermille = order.LevelPermille ?? 0 }, $"{name}: failed by order."),
            new($"Restore {name}", "The order that holds it down is lifted, and no other cause.", "Restore", segment.Name + ":restore", false, false, true,
                order => new RestoreSegmentRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{name}: the order is lifted."),
            new($"Open {name}", "The switch opens: nothing flows through it.", "Open", segment.Name + ":open", true, false, true,
                order => new OpenSegmentRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{name}: opened."),
            new($"Close {name}", "The switch closes: it carries again.", "Close", segment.Name + ":close", false, false, true,
                order => new CloseSegmentRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{name}: closed."),
            new($"Start {name}", "A start from black: a loop that went down together comes up from here.", "Start", "segments:start", false, false, true,
                order => new StartSegmentsRequest { Names = { segment.Name }, Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{name}: start ordered."),
        ];
    }

    /// <summary>The orders to an asset, as far as they change anything.</summary>
    public static IReadOnlyList<Command> Of(Asset asset)
    {
        ArgumentNullException.ThrowIfNull(asset);
        var commands = new List<Command>();
        if (asset.Posture != AssetPosture.Contained)
        {
            commands.Add(new($"Contain {asset.DisplayName}", "It is cut off: no attack goes on from it or into it.", "Contain", asset.Name + ":contain", false, false, true,
                order => new ContainAssetRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{asset.DisplayName}: contained."));
        }

        if (asset.Posture != AssetPosture.Clear || asset.Signs.Count > 0)
        {
            commands.Add(new($"Clear {asset.DisplayName}", "Nothing was found, or it is mended: what was known of an attack on it is over.", "Clear", asset.Name + ":clear", false, false, true,
                order => new ClearAssetRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{asset.DisplayName}: cleared."));
        }

        return commands;
    }

    /// <summary>The order to a conduit that changes it.</summary>
    public static IReadOnlyList<Command> Of(Conduit conduit)
    {
        ArgumentNullException.ThrowIfNull(conduit);
        return conduit.Isolated is null
            ? [new($"Isolate {conduit.DisplayName}", $"No attack goes through it, and {conduit.Carries.Count} segments lose what it carried.", "Isolate", conduit.Name + ":isolate", conduit.Carries.Count > 0, false, true,
                order => new IsolateConduitRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{conduit.DisplayName}: isolated.")]
            : [new($"Rejoin {conduit.DisplayName}", "It carries again: what it held down is lifted.", "Rejoin", conduit.Name + ":rejoin", false, false, true,
                order => new RejoinConduitRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, $"{conduit.DisplayName}: rejoined.")];
    }

    /// <summary>Taking note of an alert by somebody who has not yet said who they are.</summary>
    public static Command Acknowledge(AlertRow alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        return new("Acknowledge alert", alert.Text, "Acknowledge", alert.Name + ":acknowledge", false, false, false,
            order => new AcknowledgeAlertRequest { Principal = order.Principal, Reason = order.Reason, RequestId = NewId() }, "Acknowledged.");
    }

    // The server refuses to do the same order twice: a repeated click or a retried request changes nothing.
    private static string NewId() => Guid.NewGuid().ToString("N");
}
