using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Import.Breaches;

/// <summary>The property names of exact cases, those of the published case collections; what stands there only for people or tests is known and left alone.</summary>
internal static class ExactCaseFormat
{
    public const string Cases = "cases";
    public const string Id = "id";
    public const string Tasks = "tasks";
    public const string Communication = "pc";
    public const string ResponseMean = "rft_mean";
    public const string ResponseDeviation = "rft_sd";
    public const string Name = "name";
    public const string Detected = "pd";
    public const string Location = "loc";
    public const string Mean = "mean";
    public const string Deviation = "sd";
    public const string Stages = "stages";
    public const string Rate = "rate";
    public const string ResponseRate = "response_rate";
    public const string Steps = "steps";
    public const string Start = "start";
    public const string Kind = "kind";
    public const string Type = "type";
    public const string Parents = "parents";
    public const string Exists = "exists";
    public const string Duration = "duration";
    public const string EarliestTimes = "earliest-times";
    public const string ReachProbability = "reach-probability";

    /// <summary>The most cases in a file, and the most tasks, stages or steps in a case.</summary>
    public const int ItemsMax = 10_000;

    /// <summary>The longest time, in whatever unit.</summary>
    public const double TimeMax = 1e12;

    public static readonly ImmutableArray<string> File = [Cases, "sources", "note", "source"];

    public static readonly ImmutableArray<string> PathCase =
        [Id, Tasks, Communication, ResponseMean, ResponseDeviation, "source", "variant", "published_pi", "published_digits", "note", "computed", "reproduces", "cdp_mean_times", "published_cdp"];

    public static readonly ImmutableArray<string> Task = [Name, Detected, Location, Mean, Deviation];

    public static readonly ImmutableArray<string> StageCase = [Id, Stages, ResponseRate, "source", "note", "expected"];

    public static readonly ImmutableArray<string> Stage = [Name, Rate, Detected];

    public static readonly ImmutableArray<string> GraphCase = [Id, Kind, Start, Steps, "source", "note", "expected"];

    public static readonly ImmutableArray<string> Step = [Id, Name, Type, Parents, Exists, Duration];

    public static readonly ImmutableArray<(string Word, DetectionPoint Value)> Locations =
        [("B", DetectionPoint.Beginning), ("M", DetectionPoint.Middle), ("E", DetectionPoint.End)];

    public static readonly ImmutableArray<(string Word, StepLogic Value)> Types = [("or", StepLogic.Any), ("and", StepLogic.All)];

    public static readonly ImmutableArray<(string Word, bool AsksTimes)> Kinds = [(EarliestTimes, true), (ReachProbability, false)];
}
