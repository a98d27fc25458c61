using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Grains.Breaches;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Kept breaches as the contract says them.</summary>
internal static class BreachMessages
{
    private const double ThousandthsPerHour = 1000;

    public static V1.Breach Of(BreachRecord record)
    {
        var message = Of(record.Status);
        (message.ScenarioJson, message.ReportJson) = (record.ScenarioJson, record.ReportJson ?? "");
        return message;
    }

    /// <summary>Without scenario and report.</summary>
    public static V1.Breach Of(BreachStatus status)
    {
        var message = new V1.Breach
        {
            Name = ResourceNames.Breaches + status.Id,
            State = Of(status.Phase),
            ProgressPermille = status.ProgressPermille,
            RunsDone = status.RunsDone,
            Principal = status.Principal,
            Reason = status.Reason,
            RequestId = status.RequestId,
            Scenario = status.Scenario,
            CityHash = status.City.Value,
            Version = status.Version,
            AsOfTime = Times.OfTicks(status.AsOf),
            Seed = status.Seed,
            Runs = status.RunsMax,
            InputDraws = status.InputDraws,
            HalfWidth = status.HalfWidth,
            RulesVersion = status.RulesVersion,
            CreateTime = Times.Of(status.CreatedAt),
            StartTime = Times.Of(status.StartedAt),
            EndTime = Times.Of(status.EndedAt),
            Error = status.Error is { } error ? ApiErrors.StatusOf(StatusCode.Internal, ErrorReason.BreachFailed, error, []) : null,
            CancelledBy = status.CancelledBy ?? "",
            Headline = status.Headline is { } headline ? Of(headline) : null,
            Ranking = status.Ranking is { } ranking ? Of(ranking) : null,
            SetsTried = status.SetsTried,
        };
        if (status.NextLook is { } look)
        {
            message.NextLook = look;
        }

        return message;
    }

    public static V1.BreachDifference Of(FigureDifference figure) => new()
    {
        Figure = figure.Name,
        First = figure.First,
        Second = figure.Second,
        Difference = figure.Difference,
        Low = figure.Interval.Low,
        High = figure.Interval.High,
        Paired = figure.IsPaired,
    };

    private static V1.DefenceRanking Of(DefenceRanking ranking)
    {
        var message = new V1.DefenceRanking { Only = { ranking.Only.Select(id => id.Value) } };
        if (ranking.Budget is { } budget)
        {
            message.Budget = budget;
        }

        return message;
    }

    private static V1.BreachHeadline Of(BreachHeadline headline) => new()
    {
        Confidence = headline.Confidence,
        Success = Of(headline.Success, headline.Confidence),
        Interruption = Of(headline.Interruption, headline.Confidence),
        Neutralisation = Of(headline.Neutralisation, headline.Confidence),
        Effectiveness = Of(headline.Effectiveness, headline.Confidence),
        PersonHours = headline.PersonHours.Mean / ThousandthsPerHour,
        CustomerHours = headline.CustomerHours.Mean / ThousandthsPerHour,
    };

    private static V1.BreachShare Of(Proportion share, double confidence)
    {
        var interval = share.Wilson(confidence);
        return new() { Runs = share.Successes, OfRuns = share.Trials, Estimate = share.Estimate, Low = interval.Low, High = interval.High };
    }

    private static V1.BreachState Of(BreachPhase phase) => phase switch
    {
        BreachPhase.Queued => V1.BreachState.Queued,
        BreachPhase.Running => V1.BreachState.Running,
        BreachPhase.Succeeded => V1.BreachState.Succeeded,
        BreachPhase.Failed => V1.BreachState.Failed,
        _ => V1.BreachState.Cancelled,
    };
}
