using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Format;

namespace CityTwin.Import.Security;

/// <summary>The property names of <c>security.json</c>, and which each of its objects may have; a test holds the schema to the same lists.</summary>
internal static class SecurityFormat
{
    public const string File = "security.json";

    public const string Currency = "currency";
    public const string PersonsPerConnection = "personsPerConnection";
    public const string Response = "response";
    public const string Conduits = "conduits";
    public const string Assets = "assets";
    public const string Areas = "areas";
    public const string Schedules = "schedules";
    public const string Steps = "steps";
    public const string Profiles = "profiles";
    public const string Defences = "defences";

    public const string Value = "value";
    public const string Low = "low";
    public const string High = "high";
    public const string Distribution = "distribution";
    public const string MeanSeconds = "meanSeconds";
    public const string DeviationSeconds = "deviationSeconds";
    public const string FromSeconds = "fromSeconds";
    public const string ToSeconds = "toSeconds";

    public const string Cyber = "cyber";
    public const string Physical = "physical";
    public const string Switching = "switching";
    public const string Crew = "crew";
    public const string Turnout = "turnout";
    public const string GuardsOnDuty = "guardsOnDuty";
    public const string Communication = "communication";
    public const string OneCommunication = "oneCommunication";
    public const string Transmit = "transmit";
    public const string Assess = "assess";
    public const string Respond = "respond";

    public const string TargetLevel = "targetLevel";
    public const string AchievedLevel = "achievedLevel";
    public const string Places = "places";
    public const string From = "from";
    public const string To = "to";
    public const string Carries = "carries";
    public const string LevelPermille = "levelPermille";
    public const string Place = "place";

    public const string Otherwise = "otherwise";
    public const string Spans = "spans";
    public const string Days = "days";

    public const string Asset = "asset";
    public const string Logic = "logic";
    public const string Parents = "parents";
    public const string Duration = "duration";
    public const string Exists = "exists";
    public const string Skill = "skill";
    public const string Detections = "detections";
    public const string Effects = "effects";
    public const string Through = "through";
    public const string Techniques = "techniques";
    public const string Sensor = "sensor";
    public const string Probability = "probability";
    public const string At = "at";
    public const string Schedule = "schedule";

    public const string LossOfView = "lossOfView";
    public const string LossOfControl = "lossOfControl";
    public const string Manipulation = "manipulation";
    public const string ForgedReading = "forgedReading";
    public const string Disclosure = "disclosure";
    public const string Destruction = "destruction";
    public const string Lying = "lying";
    public const string Believed = "believed";
    public const string ActAfter = "actAfter";
    public const string RecordClass = "recordClass";
    public const string Records = "records";
    public const string Repair = "repair";

    public const string Speed = "speed";
    public const string Hands = "hands";
    public const string Knowledge = "knowledge";
    public const string Entries = "entries";
    public const string Start = "start";
    public const string Neutralisation = "neutralisation";
    public const string GuardSkills = "guardSkills";

    public const string Cost = "cost";
    public const string StepDisabled = "stepDisabled";
    public const string StepRarer = "stepRarer";
    public const string StepSlower = "stepSlower";
    public const string DetectionAdded = "detectionAdded";
    public const string GuardAdded = "guardAdded";
    public const string BackupAdded = "backupAdded";
    public const string FeedAdded = "feedAdded";
    public const string LinkAdded = "linkAdded";
    public const string ResponseFaster = "responseFaster";
    public const string NeutralisationBetter = "neutralisationBetter";
    public const string Step = "step";
    public const string Factor = "factor";
    public const string FailureFactor = "failureFactor";
    public const string Detection = "detection";
    public const string Target = "target";

    public static readonly ImmutableArray<string> Model =
    [
        Names.Schema, Currency, PersonsPerConnection, Response, Names.Zones, Conduits, Assets, Areas, Schedules, Steps, Profiles, Defences,
    ];

    public static readonly ImmutableArray<string> EstimateParts = [Value, Low, High, Names.Source, Names.Confidence];

    public static readonly ImmutableArray<string> DurationParts = [Distribution, MeanSeconds, DeviationSeconds, FromSeconds, ToSeconds];

    public static readonly ImmutableArray<string> ResponsePlan = [Cyber, Physical, Switching, Crew, Turnout, GuardsOnDuty];

    public static readonly ImmutableArray<string> ResponseParts = [Communication, OneCommunication, Transmit, Assess, Respond];

    public static readonly ImmutableArray<string> SecurityZone = [Names.Name, TargetLevel, AchievedLevel, Places];

    public static readonly ImmutableArray<string> Conduit = [Names.Name, From, To, TargetLevel, AchievedLevel, Carries];

    public static readonly ImmutableArray<string> Carried = [Names.Segment, LevelPermille];

    public static readonly ImmutableArray<string> AssetParts = [Names.Name, Names.Kind, Names.Zone, Place, Names.Segments, Names.Sensors];

    public static readonly ImmutableArray<string> Area = [Names.Name, Names.Zone, Names.Longitude, Names.Latitude];

    public static readonly ImmutableArray<string> ScheduleParts = [Names.Name, Otherwise, Spans];

    public static readonly ImmutableArray<string> Span = [Days, From, To, Names.Share];

    public static readonly ImmutableArray<string> StepParts =
    [
        Names.Name, Asset, Names.Kind, Logic, Parents, Duration, Exists, Skill, Detections, Effects, From, To, Through, Techniques,
    ];

    public static readonly ImmutableArray<string> DetectionParts = [Sensor, Probability, At, Schedule];

    /// <summary>Each effect is an object with one of these.</summary>
    public static readonly ImmutableArray<string> EffectWords =
        [LossOfView, LossOfControl, Manipulation, ForgedReading, Disclosure, Destruction];

    public static readonly ImmutableArray<string> Profile =
        [Names.Name, Names.Kind, Skill, Speed, Hands, Knowledge, Entries, Start, Neutralisation, GuardSkills];

    public static readonly ImmutableArray<string> DefenceParts = [Names.Name, Names.Kind, Cost, Effects];

    /// <summary>Each effect of a defence is an object with one of these.</summary>
    public static readonly ImmutableArray<string> DefenceEffectWords =
    [
        StepDisabled, StepRarer, StepSlower, DetectionAdded, GuardAdded, BackupAdded, FeedAdded, LinkAdded, ResponseFaster,
        NeutralisationBetter,
    ];

    /// <summary>What each effect of a compromise or of a defence may have.</summary>
    public static readonly ImmutableDictionary<string, ImmutableArray<string>> EffectParts = new Dictionary<string, ImmutableArray<string>>
    {
        [LossOfView] = [Names.Sensors, Lying],
        [LossOfControl] = [Names.Segments],
        [Manipulation] = [Names.Segment, LevelPermille],
        [ForgedReading] = [Sensor, Believed, ActAfter, Names.Segment, LevelPermille],
        [Disclosure] = [RecordClass, Records],
        [Destruction] = [Names.Segment, LevelPermille, Repair],
        [StepDisabled] = [Step],
        [StepRarer] = [Step, Factor],
        [StepSlower] = [Step, Factor],
        [DetectionAdded] = [Step, Detection],
        [GuardAdded] = [Names.Id, Names.Name, Names.Zone, Names.Longitude, Names.Latitude, Names.Skills, Names.SpeedMetresPerSecond],
        [BackupAdded] = [Target, Names.CoverPermille, Names.EnduranceSeconds, Names.RechargeSeconds],
        [FeedAdded] = [Target, From],
        [LinkAdded] = [Names.Id, Names.Ends],
        [ResponseFaster] = [Names.Kind, Factor],
        [NeutralisationBetter] = [FailureFactor],
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static readonly ImmutableArray<(string Word, DurationKind Kind)> Distributions =
    [
        ("constant", DurationKind.Constant), ("exponential", DurationKind.Exponential), ("gamma", DurationKind.Gamma),
        ("lognormal", DurationKind.Lognormal), ("normal", DurationKind.Normal), ("uniform", DurationKind.Uniform),
    ];

    public static readonly ImmutableArray<(string Word, StepKind Kind)> StepKinds =
        [(Cyber, StepKind.Cyber), (Physical, StepKind.Physical)];

    public static readonly ImmutableArray<(string Word, StepLogic Logic)> StepLogics = [("or", StepLogic.Any), ("and", StepLogic.All)];

    public static readonly ImmutableArray<(string Word, DetectionPoint At)> DetectionPoints =
        [("beginning", DetectionPoint.Beginning), ("middle", DetectionPoint.Middle), ("end", DetectionPoint.End)];

    public static readonly ImmutableArray<(string Word, Knowledge Knowledge)> KnowledgeWords =
        [("none", Core.Breaches.Model.Knowledge.None), ("plans", Core.Breaches.Model.Knowledge.Plans), ("defences", Core.Breaches.Model.Knowledge.Defences)];

    /// <summary>In the order they are written.</summary>
    public static readonly ImmutableArray<(string Word, DayOfWeek Day)> Weekdays =
    [
        ("monday", DayOfWeek.Monday), ("tuesday", DayOfWeek.Tuesday), ("wednesday", DayOfWeek.Wednesday), ("thursday", DayOfWeek.Thursday),
        ("friday", DayOfWeek.Friday), ("saturday", DayOfWeek.Saturday), ("sunday", DayOfWeek.Sunday),
    ];

    /// <summary>The classes that disclosed records are counted in.</summary>
    public static readonly ImmutableArray<string> RecordClasses =
        ["contact", "credentials", "health", "identity", "location", "operations", "payment", "usage"];

    /// <summary>The word of a value.</summary>
    public static string WordOf<T>(ImmutableArray<(string Word, T Value)> words, T value) =>
        words.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;
}
