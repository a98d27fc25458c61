using System.Collections.Immutable;
using CityTwin.Import.Format;
using CityTwin.Import.Security;

namespace CityTwin.Import.Scenarios;

/// <summary>The property names of scenario and snapshot files. Times are seconds since the run began, with up to three decimals.</summary>
internal static class ScenarioFormat
{
    public const string City = "city";
    public const string StartsAt = "startsAt";
    public const string Horizon = "horizon";
    public const string Seed = "seed";
    public const string Events = "events";
    public const string Repairs = "repairs";
    public const string Patches = "patches";
    public const string At = "at";
    public const string Target = "target";
    public const string Level = "level";
    public const string Cause = "cause";
    public const string Start = "start";
    public const string Backups = "backups";
    public const string Feeds = "feeds";
    public const string From = "from";
    public const string Links = "links";
    public const string Segments = "segments";
    public const string Operator = "operator";
    public const string BackupInput = "backupInput";
    public const string Charge = "charge";
    public const string Window = "window";
    public const string Input = "input";
    public const string Causes = "causes";
    public const string By = "by";
    public const string Reason = "reason";
    public const string Since = "since";

    public const string About = "about";
    public const string HorizonSeconds = "horizonSeconds";
    public const string Profile = "profile";
    public const string Targets = "targets";
    public const string Runs = "runs";
    public const string InputDraws = "inputDraws";

    /// <summary>The cause of an event that names none.</summary>
    public const string DefaultCause = "scenario";

    public static readonly ImmutableArray<string> Scenario =
        [Names.SchemaVersion, Names.Name, City, StartsAt, Horizon, Seed, Events, Repairs, Patches];

    public static readonly ImmutableArray<string> BreachScenario =
    [
        Names.Schema, Names.SchemaVersion, Names.Name, About, City, StartsAt, HorizonSeconds, Profile, SecurityFormat.Entries, Start, Targets,
        Events, Repairs, SecurityFormat.Defences, Seed, Runs, InputDraws,
    ];

    public static readonly ImmutableArray<string> Event = [At, Target, Level, Cause, Start];

    public static readonly ImmutableArray<string> Repair = [At, Target, Cause];

    public static readonly ImmutableArray<string> Patch = [Backups, Feeds, Links];

    public static readonly ImmutableArray<string> BackupPatch =
        [Target, Names.CoverPermille, Names.EnduranceSeconds, Names.RechargeSeconds];

    public static readonly ImmutableArray<string> FeedPatch = [Target, From];

    public static readonly ImmutableArray<string> LinkPatch = [Names.Id, Names.Ends];

    public static readonly ImmutableArray<string> Snapshot = [Names.SchemaVersion, City, At, Segments];

    public static readonly ImmutableArray<string> Segment = [Names.Id, Level, Operator, Causes];

    public static readonly ImmutableArray<string> Memory = [At, BackupInput, Charge, Window];

    public static readonly ImmutableArray<string> Step = [Since, Input];

    public static readonly ImmutableArray<string> SegmentCause = [Names.Name, Level, By, Reason, Since];
}
