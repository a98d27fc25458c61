using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using CityTwin.Testing.Breaches;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>Exponential stages one after the other, against an exponential response that always comes through and always stops.</summary>
public sealed class Engine_against_stage_formula
{
    private const ulong Seed = 4_201;

    private static readonly Dictionary<StepKind, Lazy<IReadOnlyList<Agreement>>> Compared = new()
    {
        [StepKind.Cyber] = new(() => Compare(StepKind.Cyber)),
        [StepKind.Physical] = new(() => Compare(StepKind.Physical)),
    };

    [Theory]
    [InlineData(StepKind.Cyber)]
    [InlineData(StepKind.Physical)]
    public void Attack_succeeds_as_often_as_the_stage_formula_says(StepKind kind) => Agreement.AssertAll(Seed, Compared[kind].Value);

    [Theory]
    [InlineData(StepKind.Cyber)]
    [InlineData(StepKind.Physical)]
    public void Comparison_would_notice_an_engine_with_other_stages(StepKind kind) => Agreement.AssertNotices(Seed, Compared[kind].Value);

    private static IReadOnlyList<Agreement> Compare(StepKind kind)
    {
        var draws = new Draws(Seed + (ulong)kind);
        return [.. Enumerable.Range(0, Agreement.Models).Select(number => Compare(draws, kind, number))];
    }

    private static Agreement Compare(Draws draws, StepKind kind, int number)
    {
        var stages = Enumerable.Range(0, draws.Between(1, 6))
            .Select(_ => (MeanSeconds: draws.Between(60, 1_200), Detected: draws.Between(0, 60) / 100.0)).ToArray();
        var responseMeanSeconds = draws.Between(60, 3_600);
        var exponential = stages.Select(stage => new ExponentialStage(1.0 / stage.MeanSeconds, stage.Detected)).ToArray();
        var (rate, first) = (1.0 / responseMeanSeconds, BreachModels.IdOf(0));
        var answer = Answer(Duration.Exponential(responseMeanSeconds));
        var model = kind == StepKind.Cyber
            ? SecurityOf(
                [
                    Cyber(first, StepLogic.Any, [], Duration.None),
                    .. stages.Select((stage, i) => Cyber(IdOf(i + 1), StepLogic.Any, [IdOf(i)], Duration.Exponential(stage.MeanSeconds), 1, [Noticed(stage.Detected)])),
                ],
                Adversary([first]),
                cyber: answer)
            : SecurityOf(
                stages.Select((stage, i) => Physical(IdOf(i + 1), IdOf(i), IdOf(i + 1), Duration.Exponential(stage.MeanSeconds), [Noticed(stage.Detected)])),
                Adversary(start: first),
                physical: answer);
        return new(
            $"{kind}, response {responseMeanSeconds} s: {string.Join("; ", stages)}",
            StageFormula.Success(exponential, rate),
            new Dictionary<string, double>
            {
                ["detections as stages end"] = DetectedAtTheEnd(exponential, rate),
                ["a response to the first stage only"] = StageFormula.Success([.. exponential.Select((stage, i) => i == 0 ? stage : stage with { Detected = 0 })], rate),
                ["a response twice as fast"] = StageFormula.Success(exponential, 2 * rate),
            },
            Agreement.Count(Plan(With(model), Scenario([IdOf(stages.Length)], (ulong)number)), outcome => outcome.SucceededAt is not null));
    }

    private static double DetectedAtTheEnd(ExponentialStage[] stages, double responseRate)
    {
        var (won, race) = (1.0, 1.0);
        foreach (var stage in stages.Reverse())
        {
            won = (stage.Detected * race) + ((1 - stage.Detected) * won);
            race *= stage.Rate / (stage.Rate + responseRate);
        }

        return won;
    }
}
