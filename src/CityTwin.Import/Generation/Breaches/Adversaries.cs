using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Import.Security;

namespace CityTwin.Import.Generation.Breaches;

/// <summary>Who attacks a generated city, when somebody watches, and who answers. All of it is assumed, but for what names a source.</summary>
internal static class Adversaries
{
    private static readonly ScheduleId GuardsOnDuty = new("guards-on-duty");
    private static readonly ImmutableArray<DayOfWeek> Weekdays =
        [DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday];
    private static readonly ImmutableArray<DayOfWeek> AllDays = [.. Weekdays, DayOfWeek.Saturday, DayOfWeek.Sunday];

    public static ImmutableArray<AdversaryProfile> Profiles { get; } =
    [
        Profile("criminal-group", "Criminal group", 0.7, 1.2, 3, Knowledge.Plans, ["internet-access"], 0.8, ["armed"]),
        Profile("insider", "Insider", 0.5, 1, 1, Knowledge.Defences, ["office-account"], 0.95, []),
        Profile("state", "State", 0.95, 1.5, 8, Knowledge.Defences, ["internet-access"], 0.6, ["armed"]),
        Profile("thief", "Thief", 0.35, 1, 1, Knowledge.Plans, [], 0.95, []),
        Profile("vandal", "Vandal", 0.2, 0.8, 1, Knowledge.None, [], 0.98, []),
    ];

    public static ImmutableArray<Schedule> Schedules { get; } =
    [
        new(GuardsOnDuty, "Guards on duty", [new(AllDays, 6 * 60, 22 * 60, Estimate.One)], StarterLibrary.Guess(0.6, isShare: true)),
        new(ModelDraft.Watch, "Somebody watches the networks",
            [new(Weekdays, 8 * 60, 18 * 60, Estimate.One), new(AllDays, 6 * 60, 22 * 60, StarterLibrary.Guess(0.6, isShare: true))],
            StarterLibrary.Guess(0.3, isShare: true)),
        new(ModelDraft.PassersBy, "People in the streets",
            [new(AllDays, 7 * 60, 21 * 60, Estimate.One)], StarterLibrary.Guess(0.15, isShare: true)),
    ];

    public static ResponsePlan Response { get; } = new(
        new(
            StarterLibrary.Communication, IsOneCommunication: false, Duration.Constant(60),
            new(DurationKind.Lognormal, StarterLibrary.Guess(6 * 3600, isShare: false), Estimate.Of(6 * 3600)),
            new(DurationKind.Lognormal, StarterLibrary.Guess(24 * 3600, isShare: false), Estimate.Of(24 * 3600))),
        new(StarterLibrary.Communication, IsOneCommunication: false, Duration.Constant(5), Duration.Normal(60, 20), Respond: null),
        Duration.Normal(300, 120), StarterLibrary.Crew, Duration.Normal(90, 30), GuardsOnDuty);

    private static AdversaryProfile Profile(
        string word, string name, double skill, double speed, int hands, Knowledge knowledge, ImmutableArray<string> entries,
        double neutralisation, ImmutableArray<string> guardSkills) => new(
        new(word), name, word,
        new(skill, skill, skill, StarterLibrary.Assumed, 0.2),
        new(speed, Math.Round(speed * 0.8, 2), Math.Round(speed * 1.25, 2), StarterLibrary.Assumed, 0.2),
        hands, knowledge, [.. entries.Select(entry => new StepId(entry))], ModelDraft.Streets,
        new(neutralisation, Math.Round(neutralisation - 0.1, 2), Math.Min(1, Math.Round(neutralisation + 0.1, 2)), StarterLibrary.Assumed, 0.2), guardSkills);
}
