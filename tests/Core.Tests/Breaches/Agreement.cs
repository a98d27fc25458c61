using CityTwin.Core.Breaches.Running;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>One random model: what the companion says, and what the engine counted.</summary>
/// <param name="Exact">The chance by the exact companion.</param>
/// <param name="Mistaken">The chance by companions with one mistake each, by the mistake's name.</param>
internal sealed record Agreement(string Model, double Exact, IReadOnlyDictionary<string, double> Mistaken, int Happened)
{
    /// <summary>Random models of each family.</summary>
    public const int Models = 200;

    /// <summary>Of each model.</summary>
    public const int Runs = 5_000;

    /// <summary>Of all families together: that any of them disagrees by chance.</summary>
    public const double FamilywiseError = 0.01;

    /// <summary>Families of models with chance in them: EASI in two variants, stages on networks and in person, existence.</summary>
    public const int Families = 5;

    /// <summary>Beyond this |z| engine and companion disagree.</summary>
    public static double Limit { get; } = Surprise.Limit(FamilywiseError, Models * Families);

    /// <summary>In how many runs of a plan something happened.</summary>
    public static int Count(BreachPlan plan, Func<RunOutcome, bool> happened)
    {
        var run = new BreachRun(plan);
        var count = 0;
        for (var number = 0; number < Runs; number++)
        {
            run.Go(number);
            count += happened(run.Outcome) ? 1 : 0;
        }

        return count;
    }

    public static void AssertAll(ulong seed, IReadOnlyList<Agreement> models)
    {
        Assert.Equal(Models, models.Count);
        var (worst, surprise) = Worst(models, model => model.Exact);
        var typical = Math.Sqrt(models.Average(model => Math.Pow(Surprise.Of(model.Happened, Runs, model.Exact), 2)));
        TestContext.Current.SendDiagnosticMessage(
            $"Seed {seed}: largest |z| {surprise:0.00} of {models.Count} models at {Runs} runs each, limit {Limit:0.00}, root mean square {typical:0.00}; {worst.Model}");
        Assert.True(
            surprise <= Limit,
            $"Seed {seed}: {worst.Happened} of {Runs} runs where {worst.Exact:0.00000} is exact, |z| = {surprise:0.00} beyond {Limit:0.00}; {worst.Model}");
    }

    /// <summary>The comparison has the power to tell each of the mistakes.</summary>
    public static void AssertNotices(ulong seed, IReadOnlyList<Agreement> models)
    {
        foreach (var mistake in models[0].Mistaken.Keys)
        {
            var surprise = Worst(models, model => model.Mistaken[mistake]).Surprise;
            TestContext.Current.SendDiagnosticMessage($"Seed {seed}: {mistake}: largest |z| {surprise:0.00}, limit {Limit:0.00}");
            Assert.True(surprise > Limit, $"Seed {seed}: nobody would notice '{mistake}': largest |z| {surprise:0.00}, limit {Limit:0.00}.");
        }
    }

    private static (Agreement Model, double Surprise) Worst(IReadOnlyList<Agreement> models, Func<Agreement, double> chance) =>
        models.Select(model => (model, Surprise.Of(model.Happened, Runs, chance(model)))).MaxBy(pair => pair.Item2);
}
