using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Breaches.Running;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Answers;

/// <summary>What a breach scenario comes to, given that someone tries. Equal jobs give equal reports, however they were run.</summary>
/// <param name="RulesVersion">See <see cref="BreachRun.RulesVersion"/>.</param>
/// <param name="Stopping">In words, when it was enough.</param>
/// <param name="Confidence">Of every interval.</param>
/// <param name="Success">The chance that all targets are reached.</param>
/// <param name="Interruption">P_I: responders are there before that.</param>
/// <param name="Neutralisation">P_N: of those interrupted, the share that was stopped.</param>
/// <param name="Effectiveness">P_E: interrupted and stopped.</param>
/// <param name="Distributions">How times to compromise, of successful runs, and person-hours lost, of all runs, are spread.</param>
/// <param name="ChokePoints">The share of successful runs through each step; the greatest first.</param>
/// <param name="Way">The most vulnerable way on foot; null where there is none.</param>
/// <param name="Uncertainty">Sampling error and input uncertainty apart; null where the inputs were not drawn.</param>
/// <param name="AssumedInputs">How many estimates of the model state no source, or the word assumed; of <paramref name="Inputs"/>.</param>
public sealed record BreachReport(
    BreachScenario Scenario,
    CityHash City,
    long StartedAt,
    int RulesVersion,
    long Runs,
    string Stopping,
    double Confidence,
    Proportion Success,
    Proportion Interruption,
    Proportion Neutralisation,
    Proportion Effectiveness,
    ImmutableArray<TargetAnswer> Targets,
    ImmutableArray<TimesAnswer> Times,
    ImmutableArray<DistributionAnswer> Distributions,
    LossAnswer Losses,
    ImmutableArray<(ServiceId Service, LossAnswer Losses)> ByService,
    ImmutableArray<(ZoneId Zone, LossAnswer Losses)> ByZone,
    ImmutableArray<ServiceAnswer> Services,
    ImmutableArray<RecordAnswer> Records,
    ImmutableArray<ChokePoint> ChokePoints,
    VulnerableWay? Way,
    UncertaintyAnswer? Uncertainty,
    int AssumedInputs,
    int Inputs,
    long Events,
    long Evaluations)
{
    /// <summary>The format's version.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The confidence of intervals unless told otherwise.</summary>
    public const double DefaultConfidence = 0.95;

    /// <summary>Makes the report of a job whose runs are done.</summary>
    public static BreachReport Of(BreachJob job, BreachPart all, StoppingRule rule)
    {
        var tally = all.Tally;
        var (runs, counts) = (tally.Runs, tally.Counts);
        var (assumed, inputs) = Provenance.Count(job.Defended.Security);
        return new(
            job.Scenario,
            job.City.Hash,
            job.Start.At,
            BreachRun.RulesVersion,
            runs,
            rule.Describe(),
            rule.LookConfidence,
            Share(BreachCount.Succeeded, runs),
            Share(BreachCount.Interrupted, runs),

            // Not whether somebody was arrested: where the attack goes on over networks without him, it was not stopped. So
            // P_E is P_I times P_N, as everybody who knows the words expects.
            Share(BreachCount.Stopped, counts[(int)BreachCount.Interrupted]),
            Share(BreachCount.Stopped, runs),
            [.. job.Scenario.Targets.Select((target, place) => new TargetAnswer(target, new(tally.Targets[place], runs)))],
            [
                TimesAnswer.Of("compromise", tally.Compromise),
                TimesAnswer.Of("detection", tally.Detection),
                TimesAnswer.Of("arrival", tally.Arrival),
                TimesAnswer.Of("restoration", tally.Restoration),
            ],
            [
                DistributionAnswer.Of("compromise", tally.Compromise, 1000),
                DistributionAnswer.Of("personHours", tally.PersonHours, 1000),
            ],
            LossAnswer.Of(tally.PersonHours, tally.CustomerHours, runs),
            [.. tally.ByKind.Select(pair => (tally.Kinds[pair.Key], LossAnswer.Of(pair.Value, runs)))],
            [.. tally.ByZone.Select(pair => (job.Plan.Ground.Watch.Services[pair.Key].Zone.Id, LossAnswer.Of(pair.Value, runs)))],
            [.. tally.ByService.Select(pair => ServiceAnswer.Of(job.Plan.Ground.Watch.Services[pair.Key], pair.Value, runs))],
            [.. job.Plan.Tables.RecordClasses.Select((name, place) => RecordAnswer.Of(name, tally.Records[place]))],
            ChokePoint.Of(job, tally),
            VulnerableWay.Of(job.Plan, job.Defended),
            all.Success is { } success ? UncertaintyAnswer.Of(job, success, all.PersonHours!, rule.LookConfidence) : null,
            assumed,
            inputs,
            counts[(int)BreachCount.Events],
            counts[(int)BreachCount.Evaluations]);

        Proportion Share(BreachCount count, long of) => new(counts[(int)count], of);
    }
}

/// <summary>How often a target is reached.</summary>
public sealed record TargetAnswer(StepId Target, Proportion Reached);

/// <summary>How long something takes from the beginning of the attack, over the runs in which it happens; seconds.</summary>
public sealed record TimesAnswer(string Name, long Count, double Mean, double Percentile5, double Median, double Percentile95)
{
    private const double TicksPerSecond = 1000;

    internal static TimesAnswer Of(string name, Histogram times) => new(
        name, times.Count, times.Moments.Mean / TicksPerSecond, times.Percentile(50) / TicksPerSecond,
        times.Percentile(500) / TicksPerSecond, times.Percentile(950) / TicksPerSecond);
}

/// <summary>Over all runs, those without a loss included.</summary>
public sealed record QuantityAnswer(double Mean, double Percentile5, double Median, double Percentile95)
{
    internal static QuantityAnswer Of(Histogram values, long runs, double unit)
    {
        var zeros = runs - values.Count;
        return new((double)values.Moments.Sum / unit / Math.Max(1, runs), At(50), At(500), At(950));

        // Runs that are not in the histogram lost nothing: they come first.
        double At(int permille)
        {
            var rank = Math.Max(1, ((runs * permille) + 999) / 1000);
            return rank <= zeros ? 0 : values.AtRank(rank - zeros) / unit;
        }
    }
}

/// <summary>Hours of service lost beyond those of the city without an attack, in person-hours and customer-hours.</summary>
public sealed record LossAnswer(QuantityAnswer PersonHours, QuantityAnswer CustomerHours)
{
    private const double ThousandthsPerHour = 1000;

    internal static LossAnswer Of(LossTally tally, long runs) => Of(tally.PersonHours, tally.CustomerHours, runs);

    internal static LossAnswer Of(Histogram people, Histogram customers, long runs) =>
        new(QuantityAnswer.Of(people, runs, ThousandthsPerHour), QuantityAnswer.Of(customers, runs, ThousandthsPerHour));
}

/// <summary>What a service of a zone loses, and how often it falls below its critical level.</summary>
/// <param name="Critical">Null for a service without a critical level.</param>
public sealed record ServiceAnswer(ZoneId Zone, ServiceId Service, LossAnswer Losses, Proportion? Critical)
{
    internal static ServiceAnswer Of((Zone Zone, ZoneService Service) service, LossTally tally, long runs) => new(
        service.Zone.Id,
        service.Service.Service,
        LossAnswer.Of(tally, runs),
        service.Service.CriticalBelowPermille is null ? null : new Proportion(tally.Critical, runs));
}

/// <summary>How many records of a class become known.</summary>
public sealed record RecordAnswer(string RecordClass, QuantityAnswer Records, Proportion Disclosed)
{
    internal static RecordAnswer Of(string name, Histogram records) => new(
        name, QuantityAnswer.Of(records, records.Count, 1), new(records.Count - records.CountAtMost(0), records.Count));
}

/// <summary>How many of the successful runs went through a step.</summary>
public sealed record ChokePoint(StepId Step, Proportion Share)
{
    /// <summary>A report names at most this many.</summary>
    public const int NamedMax = 50;

    internal static ImmutableArray<ChokePoint> Of(BreachJob job, BreachTally tally) =>
    [
        .. tally.OnTheWay.Select((count, step) => new ChokePoint(job.Plan.Steps[step], new(count, tally.Counts[(int)BreachCount.Succeeded])))
            .Where(point => point.Share.Successes > 0)
            .OrderByDescending(point => point.Share.Successes).ThenBy(point => point.Step)
            .Take(NamedMax),
    ];
}

/// <summary>Sampling error and input uncertainty, shown apart.</summary>
public sealed record UncertaintyAnswer(
    int Draws,
    long RunsOfEach,
    NestedAnswer Success,
    NestedAnswer PersonHours,
    ImmutableArray<TornadoBar> SuccessTornado,
    ImmutableArray<TornadoBar> PersonHoursTornado)
{
    /// <summary>A report names at most this many inputs.</summary>
    public const int BarsMax = 15;

    internal static UncertaintyAnswer Of(BreachJob job, NestedEstimate success, NestedEstimate hours, double confidence) => new(
        success.Draws,
        success.Runs,
        NestedAnswer.OfChance(success, confidence),
        NestedAnswer.Of(hours, 1000, confidence),
        [.. Tornado.Of(job.Inputs, success.DrawMeans, confidence).Take(BarsMax)],
        [.. Tornado.Of(job.Inputs, [.. hours.DrawMeans.Select(mean => mean / 1000)], confidence).Take(BarsMax)]);
}

/// <summary>A mean over draws of the inputs, with both kinds of uncertainty.</summary>
public sealed record NestedAnswer(double Mean, Interval? Sampling, Interval? Input, Interval? Both)
{
    /// <summary>Of a chance, which lies between 0 and 1.</summary>
    internal static NestedAnswer OfChance(NestedEstimate estimate, double confidence) =>
        Of(estimate, estimate.ChanceInterval(confidence), estimate.InputInterval(confidence), 0);

    /// <summary>Of the difference of two chances, which lies between -1 and 1.</summary>
    internal static NestedAnswer OfDifference(NestedEstimate estimate, double confidence) =>
        Of(estimate, estimate.DifferenceInterval(confidence), estimate.InputInterval(confidence), -1);

    private static NestedAnswer Of(NestedEstimate estimate, Interval? sampling, Interval? input, double least) => new(
        estimate.Mean,
        sampling?.Within(least, 1),
        input?.Within(least, 1),
        sampling is { } one && input is { } other ? estimate.Joined(one, other).Within(least, 1) : null);

    internal static NestedAnswer Of(NestedEstimate estimate, double unit, double confidence)
    {
        return new(
            estimate.Mean / unit,
            In(estimate.SamplingInterval(confidence)),
            In(estimate.InputInterval(confidence)),
            In(estimate.BothInterval(confidence)));

        Interval? In(Interval? interval) => interval is { } one ? new(one.Low / unit, one.High / unit) : null;
    }
}
