using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Exact;

/// <summary>EASI and the stage formula, against their definitions and numbers that can be checked by hand.</summary>
public sealed class EasiTests
{
    private static readonly EasiResponse Response = new(0.95, 300, 90);

    [Theory]
    [InlineData(CommunicationDraw.PerAlarm)]
    [InlineData(CommunicationDraw.PerAttack)]
    public void Interruption_is_the_published_sum(CommunicationDraw draw) => Path.Sample(tasks =>
    {
        // The sum as it is printed, every term by itself.
        var sum = 0.0;
        var unseen = 1.0;
        for (var i = 0; i < tasks.Length; i++)
        {
            foreach (var (detected, share) in new[] { (tasks[i].DetectedAtBeginning, 1.0), (tasks[i].DetectedHalfway, 0.5), (tasks[i].DetectedAtEnd, 0.0) })
            {
                var alarm = draw == CommunicationDraw.PerAlarm ? Response.Communication * detected : detected;
                var mean = (share * tasks[i].MeanSeconds) + tasks[(i + 1)..].Sum(task => task.MeanSeconds);
                var variance = (share * share * tasks[i].DeviationSeconds * tasks[i].DeviationSeconds) + tasks[(i + 1)..].Sum(task => task.DeviationSeconds * task.DeviationSeconds);
                sum += unseen * alarm * Core.Breaches.Chances.NormalDistribution.Cdf((mean - 300) / Math.Sqrt(variance + 8_100));
                unseen *= 1 - alarm;
            }
        }

        Assert.Equal(draw == CommunicationDraw.PerAlarm ? sum : Response.Communication * sum, Easi.Interruption(tasks, Response, draw), 1e-13);
    });

    [Fact]
    public void Both_draws_are_the_same_where_alarms_always_get_through() => Path.Sample(tasks => Assert.Equal(
        Easi.Interruption(tasks, Response with { Communication = 1 }, CommunicationDraw.PerAlarm),
        Easi.Interruption(tasks, Response with { Communication = 1 }, CommunicationDraw.PerAttack)));

    [Fact]
    public void Interruption_without_spread_is_a_race_that_who_comes_at_the_very_moment_has_lost()
    {
        var response = new EasiResponse(1, 60, 0);
        double Of(double seconds) => Easi.Interruption([EasiTask.Of("fence", seconds, 0, 0.8, DetectionPoint.Beginning)], response, CommunicationDraw.PerAlarm);
        Assert.Equal((0, 0, 0.8), (Of(59), Of(60), Of(61)));
    }

    [Theory]
    [InlineData(DetectionPoint.Beginning, 2, 20)]
    [InlineData(DetectionPoint.Middle, 1, 60)]
    [InlineData(DetectionPoint.End, 1, 60)]
    public void Critical_detection_point_is_the_last_that_leaves_more_time_than_the_response_takes(DetectionPoint last, int task, double margin)
    {
        var tasks = new[]
        {
            EasiTask.Of("fence", 30, 5, 0.1, DetectionPoint.Beginning),
            EasiTask.Of("yard", 40, 5, 0.1, DetectionPoint.Beginning),
            EasiTask.Of("door", 120, 5, 0.1, last),
        };
        Assert.Equal(new CriticalPoint(task, margin), Easi.CriticalDetectionPoint(tasks, new(1, 100, 0)));
    }

    [Fact]
    public void Critical_detection_point_is_none_where_even_the_first_is_too_late() =>
        Assert.Null(Easi.CriticalDetectionPoint([EasiTask.Of("fence", 300, 5, 1, DetectionPoint.Beginning)], Response));

    [Fact]
    public void Stage_formula_is_the_published_sum() =>
        (from rates in Gen.Double[0.1, 5].Array[0, 6]
         from detected in Gen.Double[0, 1].Array[6]
         from response in Gen.Double[0, 5]
         select (Stages: rates.Zip(detected, (rate, chance) => new ExponentialStage(rate, chance)).ToArray(), response)).Sample(pair =>
        {
            var (stages, response) = pair;
            var sum = stages.Aggregate(1.0, (product, stage) => product * (1 - stage.Detected));
            for (var i = 0; i < stages.Length; i++)
            {
                sum += stages[..i].Aggregate(1.0, (product, stage) => product * (1 - stage.Detected)) * stages[i].Detected
                    * stages[i..].Aggregate(1.0, (product, stage) => product * stage.Rate / (stage.Rate + response));
            }

            Assert.Equal(sum, StageFormula.Success(stages, response), 1e-13);
        });

    [Fact]
    public void Stage_formula_gives_what_a_hand_would_compute() =>
        // Seen at the first stage (1/2): beats the response twice (1/4). Else seen at the second (1/2 of the rest): once (1/2). Else through.
        Assert.Equal(0.5 * 0.25 + 0.25 * 0.5 + 0.25, StageFormula.Success([new(1, 0.5), new(1, 0.5)], 1), 1e-15);

    private static Gen<EasiTask[]> Path { get; } =
        (from mean in Gen.Double[0, 200]
         from deviation in Gen.Double[0, 60]
         from detected in Gen.Double[0, 1].Array[3]
         select new EasiTask("task", mean, deviation, detected[0], detected[1], detected[2])).Array[0, 8];
}
