using System.Collections.Immutable;
using CityTwin.Core.Breaches.Chances;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>One task on an adversary's path.</summary>
/// <param name="MeanSeconds">How long it takes; at least 0.</param>
/// <param name="DeviationSeconds">The standard deviation of that; at least 0.</param>
/// <param name="DetectedAtBeginning">The chance of a detection as it begins, 0..1; this and the other two are independent.</param>
/// <param name="DetectedHalfway">The same, half-way.</param>
/// <param name="DetectedAtEnd">The same, as it ends.</param>
public sealed record EasiTask(
    string Name,
    double MeanSeconds,
    double DeviationSeconds,
    double DetectedAtBeginning,
    double DetectedHalfway,
    double DetectedAtEnd)
{
    /// <summary>A task with one detection, as EASI has them.</summary>
    public static EasiTask Of(string name, double meanSeconds, double deviationSeconds, double detected, DetectionPoint at) => new(
        name,
        meanSeconds,
        deviationSeconds,
        at == DetectionPoint.Beginning ? detected : 0,
        at == DetectionPoint.Middle ? detected : 0,
        at == DetectionPoint.End ? detected : 0);

    /// <summary>The last point of it at which something may be noticed; its beginning where nothing is.</summary>
    internal DetectionPoint LastPoint =>
        DetectedAtEnd > 0 ? DetectionPoint.End : DetectedHalfway > 0 ? DetectionPoint.Middle : DetectionPoint.Beginning;

    /// <summary>The chance of a detection at a point.</summary>
    internal double DetectedAt(DetectionPoint point) => point switch
    {
        DetectionPoint.Beginning => DetectedAtBeginning,
        DetectionPoint.Middle => DetectedHalfway,
        _ => DetectedAtEnd,
    };
}

/// <summary>How alarms are answered.</summary>
/// <param name="Communication">The chance that an alarm gets through (P_C), 0..1.</param>
/// <param name="MeanSeconds">From an alarm until responders are there (RFT); at least 0.</param>
/// <param name="DeviationSeconds">The standard deviation of that; at least 0.</param>
public sealed record EasiResponse(double Communication, double MeanSeconds, double DeviationSeconds)
{
    /// <summary>The response of a plan, by the values as stated.</summary>
    /// <param name="respond">From a believed alarm until responders are there; of guards who drive, their turnout and travel.</param>
    public static EasiResponse Of(Response response, Duration respond) => new(
        response.Communication.Value,
        response.Transmit.MeanSeconds + response.Assess.MeanSeconds + respond.MeanSeconds,
        Math.Sqrt(response.Transmit.VarianceSecondsSquared + response.Assess.VarianceSecondsSquared + respond.VarianceSecondsSquared));
}

/// <summary>What is drawn when alarms may fail to get through: the two published variants of EASI.</summary>
public enum CommunicationDraw
{
    /// <summary>Each alarm gets through or not by itself: P_I = sum P_C PD_i P(R|A_i) prod_{j&lt;i} (1 - P_C PD_j).</summary>
    PerAlarm,

    /// <summary>All alarms of an attack get through, or none: P_I = P_C sum PD_i P(R|A_i) prod_{j&lt;i} (1 - PD_j).</summary>
    PerAttack,
}

/// <summary>
/// EASI, the Estimate of Adversary Sequence Interruption (H. A. Bennett, SAND77-0082; M. L. Garcia, The Design and
/// Evaluation of Physical Protection Systems, 2nd ed., 2008): the chance that responders are there before the last task of
/// a path is done. Times are normal and independent; at a detection half of its task's mean and a quarter of its variance
/// are left in the middle, all at the beginning, nothing at the end.
/// </summary>
public static class Easi
{
    /// <summary>P_I of a path.</summary>
    public static double Interruption(IReadOnlyList<EasiTask> tasks, EasiResponse response, CommunicationDraw draw)
    {
        var rest = EasiRemainder.Done;
        for (var i = tasks.Count - 1; i >= 0; i--)
        {
            rest = rest.Before(tasks[i], response, draw);
        }

        return rest.Interruption(response, draw);
    }

    /// <summary>
    /// The critical detection point: the last task at which a detection still leaves more time than the response takes, by
    /// the means. A detection later than that is too late on average. Whether anything would be noticed there does not count.
    /// </summary>
    /// <returns>Its index and what is left over; null where the response is too slow even for the first task.</returns>
    public static CriticalPoint? CriticalDetectionPoint(IReadOnlyList<EasiTask> tasks, EasiResponse response)
    {
        var after = 0.0;
        for (var i = tasks.Count - 1; i >= 0; i--)
        {
            var left = after + (Share(tasks[i].LastPoint) * tasks[i].MeanSeconds);
            if (left > response.MeanSeconds)
            {
                return new(i, left - response.MeanSeconds);
            }

            after += tasks[i].MeanSeconds;
        }

        return null;
    }

    /// <summary>
    /// The chance that responders come in time, P(R|A), with so much left at the alarm. Where nothing varies it is 1 or 0;
    /// who comes at the very moment comes too late.
    /// </summary>
    internal static double InTime(double leftMeanSeconds, double leftVariance, EasiResponse response)
    {
        var spare = leftMeanSeconds - response.MeanSeconds;
        var variance = leftVariance + (response.DeviationSeconds * response.DeviationSeconds);
        return variance > 0 ? NormalDistribution.Cdf(spare / Math.Sqrt(variance)) : spare > 0 ? 1 : 0;
    }

    /// <summary>The share of a task that is left at a point of it.</summary>
    internal static double Share(DetectionPoint point) => point switch
    {
        DetectionPoint.Beginning => 1,
        DetectionPoint.Middle => 0.5,
        _ => 0,
    };
}

/// <summary>Where a path has its critical detection point.</summary>
/// <param name="Task">The index of its task.</param>
/// <param name="MarginSeconds">The mean time left there, less the mean response time; more than 0.</param>
public readonly record struct CriticalPoint(int Task, double MarginSeconds);

/// <summary>
/// The end of a path: what is left of it at its beginning, and the chance of interruption from there on. A path is computed
/// from its end, because an alarm needs to know only what comes after it.
/// </summary>
internal readonly record struct EasiRemainder(double MeanSeconds, double Variance, double Interrupted)
{
    private static readonly ImmutableArray<DetectionPoint> FromTheEnd = [DetectionPoint.End, DetectionPoint.Middle, DetectionPoint.Beginning];

    public static EasiRemainder Done { get; } = new(0, 0, 0);

    /// <summary>The same end with one more task before it.</summary>
    public EasiRemainder Before(EasiTask task, EasiResponse response, CommunicationDraw draw)
    {
        var variance = task.DeviationSeconds * task.DeviationSeconds;
        var interrupted = Interrupted;
        foreach (var point in FromTheEnd)
        {
            var alarm = task.DetectedAt(point) * (draw == CommunicationDraw.PerAlarm ? response.Communication : 1);
            if (alarm > 0)
            {
                var share = Easi.Share(point);
                var inTime = Easi.InTime(MeanSeconds + (share * task.MeanSeconds), Variance + (share * share * variance), response);
                interrupted = (alarm * inTime) + ((1 - alarm) * interrupted);
            }
        }

        return new(MeanSeconds + task.MeanSeconds, Variance + variance, interrupted);
    }

    /// <summary>P_I, where this is the whole path.</summary>
    public double Interruption(EasiResponse response, CommunicationDraw draw) =>
        draw == CommunicationDraw.PerAttack ? response.Communication * Interrupted : Interrupted;
}
