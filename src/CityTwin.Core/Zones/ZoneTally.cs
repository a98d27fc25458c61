namespace CityTwin.Core.Zones;

/// <summary>What lies in a zone, counted. Tallies add and subtract, so that one row of the change log costs the same in a large zone as in a small one.</summary>
/// <param name="Expected">Sensors that should report.</param>
/// <param name="Reporting">Those whose newest reading is good and fresh.</param>
/// <param name="Offline">Silent, or never heard of.</param>
/// <param name="Doubtful">Heard of, but out of range or stuck.</param>
/// <param name="Unavailable">Without the power or telecom they need.</param>
/// <param name="Unacknowledged">Open alerts that nobody took note of, of any severity.</param>
/// <param name="GuardsPresent">On scene in it, or available with their post in it.</param>
/// <param name="GuardsOnTheWay">Dispatched to it or on the way.</param>
/// <param name="AssetsSuspected">Assets that stand in it and are under suspicion.</param>
/// <param name="AssetsCompromised">Those that an adversary has and that are not contained.</param>
/// <param name="AssetsContained">Those that are contained.</param>
public readonly record struct ZoneTally(
    int Expected,
    int Reporting,
    int Stale,
    int Offline,
    int Doubtful,
    int Unavailable,
    int Notices,
    int Warnings,
    int Serious,
    int Critical,
    int Unacknowledged,
    int GuardsPresent,
    int GuardsOnTheWay,
    int AssetsSuspected,
    int AssetsCompromised,
    int AssetsContained)
{
    public int OpenAlerts => Notices + Warnings + Serious + Critical;

    public static ZoneTally operator +(ZoneTally a, ZoneTally b) => new(
        a.Expected + b.Expected,
        a.Reporting + b.Reporting,
        a.Stale + b.Stale,
        a.Offline + b.Offline,
        a.Doubtful + b.Doubtful,
        a.Unavailable + b.Unavailable,
        a.Notices + b.Notices,
        a.Warnings + b.Warnings,
        a.Serious + b.Serious,
        a.Critical + b.Critical,
        a.Unacknowledged + b.Unacknowledged,
        a.GuardsPresent + b.GuardsPresent,
        a.GuardsOnTheWay + b.GuardsOnTheWay,
        a.AssetsSuspected + b.AssetsSuspected,
        a.AssetsCompromised + b.AssetsCompromised,
        a.AssetsContained + b.AssetsContained);

    public static ZoneTally operator -(ZoneTally a, ZoneTally b) => new(
        a.Expected - b.Expected,
        a.Reporting - b.Reporting,
        a.Stale - b.Stale,
        a.Offline - b.Offline,
        a.Doubtful - b.Doubtful,
        a.Unavailable - b.Unavailable,
        a.Notices - b.Notices,
        a.Warnings - b.Warnings,
        a.Serious - b.Serious,
        a.Critical - b.Critical,
        a.Unacknowledged - b.Unacknowledged,
        a.GuardsPresent - b.GuardsPresent,
        a.GuardsOnTheWay - b.GuardsOnTheWay,
        a.AssetsSuspected - b.AssetsSuspected,
        a.AssetsCompromised - b.AssetsCompromised,
        a.AssetsContained - b.AssetsContained);

    public static ZoneTally Add(ZoneTally left, ZoneTally right) => left + right;

    public static ZoneTally Subtract(ZoneTally left, ZoneTally right) => left - right;
}
