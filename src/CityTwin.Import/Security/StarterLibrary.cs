using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Import.Security;

/// <summary>A kind of asset.</summary>
/// <param name="Word">As in <see cref="Asset.Kind"/>.</param>
/// <param name="Source">Who else tells such assets apart, or that the kind is assumed.</param>
public sealed record AssetType(string Word, string Meaning, string Source);

/// <summary>A kind of attack step with what is typical of it. Its numbers say their source, or that they are assumed.</summary>
/// <param name="Detected">The chance that it is noticed by somebody or something that watches; null = nobody would.</param>
/// <param name="Techniques">ATT&amp;CK for ICS technique ids; none of a physical step.</param>
public sealed record StepType(
    string Word,
    string Meaning,
    StepKind Kind,
    Duration Duration,
    Estimate Exists,
    Estimate Skill,
    Estimate? Detected,
    DetectionPoint At,
    ImmutableArray<string> Techniques);

/// <summary>A kind of defence with what it typically costs, in euros over its life.</summary>
/// <param name="Word">As in <see cref="Defence.Kind"/>.</param>
public sealed record DefenceType(string Word, string Meaning, Estimate Cost);

/// <summary>
/// The asset, step and defence types that ship, to begin a security model with. Hardly any of its numbers is measured:
/// there is no public statistic of how long it takes to get from a city's mail to its pumps. Where a publication
/// stands behind one it is named; all others say <c>assumed</c> and carry a wide range.
/// </summary>
public static class StarterLibrary
{
    /// <summary>What an estimate that nobody measured gives as its source.</summary>
    public const string Assumed = "assumed";

    private const double AssumedConfidence = 0.2;
    private const double Minute = 60;
    private const double Hour = 60 * Minute;
    private const double Day = 24 * Hour;

    // The rule of thumb for delay times in Garcia's EASI.
    private const double DelayDeviation = 0.3;
    private const string Easi = "assumed mean; 30 % deviation after EASI (Garcia, The Design and Evaluation of Physical Protection Systems, 2nd ed., 2008)";

    private const string Ukraine = "the order of the outages of 23 December 2015 in Ukraine, restored by hand (E-ISAC and SANS, Analysis of the Cyber Attack on the Ukrainian Power Grid, 2016)";
    private const string Attack = "MITRE ATT&CK for ICS, assets";

    /// <summary>The chance that an alarm gets through.</summary>
    public static Estimate Communication { get; } = new(
        0.95, 0.9, 0.99, "Garcia, The Design and Evaluation of Physical Protection Systems, 2nd ed., 2008: at least 0.95 in most systems evaluated", 0.5);

    /// <summary>Until a crew has switched back by hand what an attacker switched.</summary>
    public static Duration Crew { get; } = new(
        DurationKind.Uniform,
        new(1 * Hour, 0.5 * Hour, 1.5 * Hour, Ukraine, 0.4),
        new(6 * Hour, 4 * Hour, 9 * Hour, Ukraine, 0.4));

    public static ImmutableArray<AssetType> Assets { get; } =
    [
        new("cable-route", "a cable that can be reached in a street", Assumed),
        new("camera-server", "where the cameras are recorded and watched", Assumed),
        new("cloud-service", "somebody else's computers, over the internet", Assumed),
        new("controller", "a remote terminal unit or programmable controller that switches", Attack),
        new("directory", "who may log in where", Assumed),
        new("engineering-station", "where controllers are programmed", Attack),
        new("historian", "measurements of the plants, for the office", Attack),
        new("jump-host", "the way from the office to the plants", Attack),
        new("network-management", "what configures telecom exchanges", Assumed),
        new("record-store", "registers of people", Assumed),
        new("scada-server", "a control room's server and screens", Attack),
        new("site", "fenced ground with a building", Assumed),
        new("vendor", "a supplier with remote access", Assumed),
        new("web-portal", "what citizens use", Assumed),
        new("workstation", "an office computer", Attack),
    ];

    public static ImmutableArray<StepType> Steps { get; } =
    [
        Cyber("internet", "stands on the internet", 0, 1, 0, null),
        Cyber("has-account", "has an account of one's own", 0, 1, 0, null),
        Cyber("phish", "has somebody open a letter", 2 * Day, 0.9, 0.2, 0.15, "T0865", "T0863"),
        Cyber("exploit-public", "breaks into what the public can reach", 5 * Day, 0.3, 0.5, 0.2, "T0819"),
        Cyber("guess-remote-login", "gets in by a remote login without a second factor", 3 * Day, 0.25, 0.3, 0.2, "T0822", "T0859"),
        Cyber("supply-chain", "takes over a supplier", 20 * Day, 0.3, 0.75, 0.1, "T0862"),
        Cyber("vendor-session", "uses a supplier's remote access", 12 * Hour, 0.6, 0.5, 0.1, "T0822", "T0886"),
        Cyber("escalate", "becomes administrator", 8 * Hour, 0.8, 0.4, 0.15, "T0890"),
        Cyber("move-on", "goes from one computer to the next", 12 * Hour, 0.7, 0.4, 0.15, "T0886", "T0859"),
        Cyber("cross-into-control", "goes from the office side into a control network", 1 * Day, 0.5, 0.55, 0.2, "T0886"),
        Cyber("learn-process", "learns what the points and screens mean", 3 * Day, 1, 0.6, 0.05, "T0801", "T0861"),
        Cyber("operate-screens", "works the operators' screens", 8 * Hour, 0.8, 0.6, 0.2, "T0823"),
        Cyber("reach-controller", "reaches a controller", 2 * Hour, 0.9, 0.5, 0.1, "T0846", "T0885"),
        Cyber("plug-in", "plugs a device into the plant's network", 5 * Minute, 0.8, 0.4, 0.1, "T0864"),
        Cyber("command", "sends unauthorised commands", 5 * Minute, 1, 0.5, 0.4, "T0855"),
        Cyber("blind", "makes sensors report what is not so", 2 * Hour, 0.8, 0.7, 0.1, "T0856", "T0878"),
        Cyber("lock-out", "overwrites firmware so that nobody can switch from afar", 4 * Hour, 0.6, 0.8, 0.3, "T0857", "T0827"),
        Cyber("expose-device", "finds a device open to the internet", 2 * Day, 0.3, 0.3, 0.1, "T0883"),
        Cyber("encrypt", "encrypts computers", 6 * Hour, 1, 0.4, 0.6, "T0809"),
        Cyber("destroy-backups", "destroys the backups", 8 * Hour, 0.6, 0.5, 0.3, "T0809"),
        Cyber("read-records", "copies records", 1 * Day, 0.8, 0.4, 0.15, "T0811", "T0882"),
        Physical("approach", "comes to the site", 600, 0, null, DetectionPoint.Middle),
        Physical("climb-fence", "climbs or cuts a fence", 20, 0.1, 0.5, DetectionPoint.Beginning),
        Physical("force-gate", "forces a gate", 45, 0.1, 0.6, DetectionPoint.Beginning),
        Physical("force-door", "forces a door", 90, 0.15, 0.9, DetectionPoint.Beginning),
        Physical("open-with-key", "opens with a key or badge of one's own", 10, 0, 0.05, DetectionPoint.End),
        Physical("open-cabinet", "opens a locked cabinet", 60, 0.2, 0.2, DetectionPoint.Middle),
        Physical("break-equipment", "breaks equipment", 180, 0.1, 0.3, DetectionPoint.Beginning),
        Physical("blind-camera", "blinds a camera", 30, 0.05, 0.3, DetectionPoint.End),
        Physical("open-manhole", "opens a cable manhole", 240, 0.15, 0.15, DetectionPoint.Beginning),
        Physical("cut-cable", "cuts and carries off cable", 900, 0.25, 0.15, DetectionPoint.Middle),
    ];

    public static ImmutableArray<DefenceType> Defences { get; } =
    [
        Defence("patch", "holes are mended sooner", 20_000),
        Defence("segmentation", "a conduit lets less through", 60_000),
        Defence("second-factor", "remote logins need a second factor", 15_000),
        Defence("vendor-approval", "a supplier's session is opened by hand and watched", 10_000),
        Defence("offline-backups", "backups that no network reaches", 25_000),
        Defence("encryption", "records are of no use to whom copies them", 40_000),
        Defence("monitoring", "somebody watches the networks day and night", 180_000),
        Defence("training", "people and responders practise", 12_000),
        Defence("camera", "one more camera", 8_000),
        Defence("barrier", "a thicker door, a higher fence", 15_000),
        Defence("guard-post", "a guard at a site", 250_000),
        Defence("feeder", "a second feeder", 120_000),
        Defence("battery", "an 8 h battery", 150_000),
    ];

    /// <summary>The step type of that word, which there is.</summary>
    public static StepType Step(string word) => Steps.First(type => type.Word == word);

    /// <summary>The defence type of that word, which there is.</summary>
    public static DefenceType DefenceOf(string word) => Defences.First(type => type.Word == word);

    /// <summary>An estimate that nobody measured: from half to double, a chance from a third less to a third more.</summary>
    public static Estimate Guess(double value, bool isShare) => value == 0 || (isShare && value == 1)
        ? Estimate.Of(value)
        : isShare
            ? new(value, Round(value * 2 / 3), Round(Math.Min(1, value * 4 / 3)), Assumed, AssumedConfidence)
            : new(value, value / 2, value * 2, Assumed, AssumedConfidence);

    private static StepType Cyber(
        string word, string meaning, double meanSeconds, double exists, double skill, double? detected, params ReadOnlySpan<string> techniques) => new(
        word, meaning, StepKind.Cyber,
        meanSeconds == 0 ? Duration.None : new(DurationKind.Exponential, Guess(meanSeconds, isShare: false), Estimate.Zero),
        Guess(exists, isShare: true), Skill(skill), detected is { } chance ? Guess(chance, isShare: true) : null, DetectionPoint.End, [.. techniques]);

    private static StepType Physical(string word, string meaning, double meanSeconds, double skill, double? detected, DetectionPoint at) => new(
        word, meaning, StepKind.Physical,
        new(DurationKind.Normal, new(meanSeconds, meanSeconds / 2, meanSeconds * 2, Easi, AssumedConfidence), Estimate.Of(meanSeconds * DelayDeviation)),
        Estimate.One, Skill(skill), detected is { } chance ? Guess(chance, isShare: true) : null, at, []);

    private static DefenceType Defence(string word, string meaning, double cost) => new(word, meaning, Guess(cost, isShare: false));

    /// <summary>Skill is a scale of our own, so it has no range: a profile can take a step or not.</summary>
    private static Estimate Skill(double skill) => skill == 0 ? Estimate.Zero : new(skill, skill, skill, Assumed, AssumedConfidence);

    private static double Round(double value) => Math.Round(value, 3);
}
