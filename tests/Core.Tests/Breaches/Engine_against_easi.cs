using System.Collections.Immutable;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using Xunit;
using static CityTwin.Testing.Breaches.BreachModels;

namespace CityTwin.Core.Tests.Breaches;

/// <summary>
/// Physical tasks one after the other, with normal times: responders of the engine come in time as often as EASI says.
/// Means are at least 4 deviations, because the engine knows no negative times and EASI does.
/// </summary>
public sealed class Engine_against_easi
{
    private const ulong Seed = 4_101;

    private static readonly Dictionary<CommunicationDraw, Lazy<IReadOnlyList<Agreement>>> Compared = new()
    {
        [CommunicationDraw.PerAlarm] = new(() => Compare(CommunicationDraw.PerAlarm)),
        [CommunicationDraw.PerAttack] = new(() => Compare(CommunicationDraw.PerAttack)),
    };

    private static readonly ImmutableArray<DetectionPoint> Points = [DetectionPoint.Beginning, DetectionPoint.Middle, DetectionPoint.End];

    [Theory]
    [InlineData(CommunicationDraw.PerAlarm)]
    [InlineData(CommunicationDraw.PerAttack)]
    public void Engine_interrupts_as_often_as_easi_says(CommunicationDraw draw) => Agreement.AssertAll(Seed, Compared[draw].Value);

    [Theory]
    [InlineData(CommunicationDraw.PerAlarm)]
    [InlineData(CommunicationDraw.PerAttack)]
    public void Comparison_would_notice_an_engine_with_another_easi(CommunicationDraw draw) => Agreement.AssertNotices(Seed, Compared[draw].Value);

    private static IReadOnlyList<Agreement> Compare(CommunicationDraw draw)
    {
        var draws = new Draws(Seed + (ulong)draw);
        return [.. Enumerable.Range(0, Agreement.Models).Select(number => Compare(draws, draw, number))];
    }

    private static Agreement Compare(Draws draws, CommunicationDraw draw, int number)
    {
        EasiTask[] tasks = [.. Enumerable.Range(0, draws.Between(1, 6)).Select(_ => Task(draws))];
        var mean = tasks.Sum(task => task.MeanSeconds) * draws.Between(20, 110) / 100;
        var response = new EasiResponse(draws.Between(50, 100) / 100.0, mean, mean * draws.Between(0, 25) / 100);
        var (other, swapped) = (
            draw == CommunicationDraw.PerAlarm ? CommunicationDraw.PerAttack : CommunicationDraw.PerAlarm,
            tasks.Select(task => task with { DetectedAtBeginning = task.DetectedAtEnd, DetectedAtEnd = task.DetectedAtBeginning }));
        var exact = Easi.Interruption(tasks, response, draw);
        Assert.Equal(exact, Interruption(tasks, response, draw, 0.5, 0.25), 1e-12);
        var happened = Agreement.Count(
            Plan(With(SecurityOf(tasks, response, draw)), Scenario([IdOf(tasks.Length - 1)], (ulong)number)), outcome => outcome.InterruptedAt is not null);
        return new(
            $"{draw}, {response}: {string.Join("; ", tasks.Select(task => task.ToString()))}",
            exact,
            new Dictionary<string, double>
            {
                ["all of the mean is left half-way"] = Interruption(tasks, response, draw, 1, 0.25),
                ["half of the variance is left half-way"] = Interruption(tasks, response, draw, 0.5, 0.5),
                ["detections at the end instead of the beginning"] = Easi.Interruption([.. swapped], response, draw),
                ["the other variant of communication"] = Easi.Interruption(tasks, response, other),
                ["communication for granted"] = Easi.Interruption(tasks, response with { Communication = 1 }, draw),
            },
            happened);
    }

    private static EasiTask Task(Draws draws)
    {
        var mean = draws.Between(10, 300);
        var (often, rarely) = (draws.Between(10, 95) / 100.0, draws.Chance(25) ? draws.Between(10, 60) / 100.0 : 0);
        var at = draws.OneOf(Points);
        return EasiTask.Of("task", mean, mean * draws.Between(0, 25) / 100.0, often, at) with
        {
            // Some are noticed at a second point, too.
            DetectedAtEnd = at == DetectionPoint.End ? often : rarely,
        };
    }

    /// <summary>EASI once more, forward and as it is written in books, with what is left half-way to choose.</summary>
    private static double Interruption(EasiTask[] tasks, EasiResponse response, CommunicationDraw draw, double meanHalfway, double varianceHalfway)
    {
        var (interrupted, unseen) = (0.0, 1.0);
        for (var i = 0; i < tasks.Length; i++)
        {
            foreach (var (point, detected, meanShare, varianceShare) in new[]
            {
                (DetectionPoint.Beginning, tasks[i].DetectedAtBeginning, 1.0, 1.0),
                (DetectionPoint.Middle, tasks[i].DetectedHalfway, meanHalfway, varianceHalfway),
                (DetectionPoint.End, tasks[i].DetectedAtEnd, 0.0, 0.0),
            })
            {
                var alarm = detected * (draw == CommunicationDraw.PerAlarm ? response.Communication : 1);
                var spare = tasks[(i + 1)..].Sum(task => task.MeanSeconds) + (meanShare * tasks[i].MeanSeconds) - response.MeanSeconds;
                var variance = tasks[(i + 1)..].Sum(Variance) + (varianceShare * Variance(tasks[i])) + (response.DeviationSeconds * response.DeviationSeconds);
                var inTime = variance > 0 ? NormalDistribution.Cdf(spare / Math.Sqrt(variance)) : spare > 0 ? 1 : 0;
                interrupted += unseen * alarm * inTime;
                unseen *= 1 - alarm;
            }
        }

        return draw == CommunicationDraw.PerAttack ? response.Communication * interrupted : interrupted;

        static double Variance(EasiTask task) => task.DeviationSeconds * task.DeviationSeconds;
    }
}
