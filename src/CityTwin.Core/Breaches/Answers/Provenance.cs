using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>Which numbers of a model somebody stands for. A report says how many are assumptions.</summary>
public static class Provenance
{
    /// <summary>The word for an estimate that nobody measured or published.</summary>
    public const string Assumed = "assumed";

    public static bool IsAssumed(Estimate estimate) => estimate.Source is null || estimate.Source.StartsWith(Assumed, StringComparison.Ordinal);

    /// <summary>How many of the estimates that steps, profiles and responses rest on are assumed, and how many there are.</summary>
    public static (int Assumed, int All) Count(SecurityModel model)
    {
        var all = model.Steps.SelectMany(Of)
            .Concat(model.Profiles.SelectMany(profile => new[] { profile.Skill, profile.Speed, profile.Neutralisation }))
            .Concat(Of(model.Response.Cyber)).Concat(Of(model.Response.Physical))
            .Concat(Of(model.Response.Switching)).Concat(Of(model.Response.Crew)).Concat(Of(model.Response.Turnout))
            .ToList();
        return (all.Count(IsAssumed), all.Count);
    }

    private static IEnumerable<Estimate> Of(AttackStep step) =>
        [step.Exists, step.Skill, .. Of(step.Duration), .. step.Detections.Select(detection => detection.Probability)];

    private static IEnumerable<Estimate> Of(Response response) =>
        [response.Communication, .. Of(response.Transmit), .. Of(response.Assess), .. response.Respond is { } respond ? Of(respond) : []];

    private static IEnumerable<Estimate> Of(Duration duration) =>
        duration.Kind is DurationKind.Constant or DurationKind.Exponential ? [duration.FirstSeconds] : [duration.FirstSeconds, duration.SecondSeconds];
}
