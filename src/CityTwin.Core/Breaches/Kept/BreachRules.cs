using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Running;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>How a kept breach goes on. One that is done stays as it is, whoever comes late.</summary>
public static class BreachRules
{
    /// <summary>The most breaches that are kept; beyond, some must be deleted first.</summary>
    public const int KeptMax = 1_000;

    /// <summary>The most that wait or run at once; beyond, orders are refused.</summary>
    public const int OpenMax = 32;

    /// <summary>The longest report, in characters: some 100,000 services of zones. It is stored with the state and sent in one answer.</summary>
    public const int ReportLengthMax = 32 * 1024 * 1024;

    /// <summary>A new breach; one that is kept already stays as it is, so that an order may be repeated.</summary>
    public static BreachState Order(BreachState state, BreachOrder order) => state.Status is not null ? state : new(
        new(
            order.Id, BreachPhase.Queued, order.Scenario.Name, order.Start.City, order.Version, order.Start.At, order.Scenario.Seed,
            order.Scenario.Runs, order.Scenario.InputDraws, order.HalfWidth, BreachRun.RulesVersion, order.Principal, order.Reason,
            order.RequestId, order.CreatedAt, NextLook: RuleOf(order).NextLook(0), Ranking: order.Ranking),
        order,
        Notes: []);

    public static StoppingRule RuleOf(BreachOrder order) => new(BreachReport.DefaultConfidence, order.HalfWidth, order.Scenario.Runs);

    /// <summary>Somebody begins with it, or goes on after a silo died.</summary>
    public static BreachState Begin(BreachState state, DateTimeOffset at) =>
        Open(state, status => state with { Status = status with { Phase = BreachPhase.Running, StartedAt = status.StartedAt ?? at } });

    /// <summary>Keeps what is in, so that a silo's death costs only what came after.</summary>
    public static BreachState Advance(BreachState state, BreachProgress progress, long runs, int? nextLook) =>
        Open(state, status => state with { Status = status with { RunsDone = runs, NextLook = nextLook }, Progress = progress });

    public static BreachState Succeed(BreachState state, KeptAnswer answer, DateTimeOffset at) => answer.ReportJson.Length > ReportLengthMax
        ? Fail(state, $"The report has {answer.ReportJson.Length} characters; at most {ReportLengthMax} are kept.", at)
        : Open(state, status => state with
        {
            Status = status with { Phase = BreachPhase.Succeeded, RunsDone = answer.Runs, NextLook = null, EndedAt = at, Headline = answer.Headline },
            Progress = null,
            ReportJson = answer.ReportJson,
            Notes = answer.Notes,
        });

    /// <param name="error">For whoever ordered it.</param>
    public static BreachState Fail(BreachState state, string error, DateTimeOffset at) => Open(state, status => state with
    {
        Status = status with { Phase = BreachPhase.Failed, NextLook = null, EndedAt = at, Error = error }, Progress = null,
    });

    /// <param name="runs">How many were in, for whoever asks; what they came to is forgotten.</param>
    public static BreachState Cancel(BreachState state, string by, long runs, DateTimeOffset at) => Open(state, status => state with
    {
        Status = status with { Phase = BreachPhase.Cancelled, RunsDone = Math.Max(status.RunsDone, runs), NextLook = null, EndedAt = at, CancelledBy = by }, Progress = null,
    });

    private static BreachState Open(BreachState state, Func<BreachStatus, BreachState> next) =>
        state.Status is { IsDone: false } status ? next(status) : state;
}
