using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Breaches.Running;

/// <summary>What one run came to. It is used again for the next run.</summary>
public sealed class RunOutcome
{
    internal RunOutcome(int steps, int targets, int recordClasses) =>
        (IsReached, IsOnTheWay, TargetAt, Records) = (new bool[steps], new bool[steps], new long?[targets], new long[recordClasses]);

    /// <summary>The number of the run.</summary>
    public long Run { get; internal set; }

    /// <summary>When the last target was reached; null when the attack has not succeeded.</summary>
    public long? SucceededAt { get; internal set; }

    /// <summary>When each target was reached, in the order of the scenario.</summary>
    public long?[] TargetAt { get; }

    /// <summary>When the first detection came.</summary>
    public long? DetectedAt { get; internal set; }

    /// <summary>When the first alarm was believed.</summary>
    public long? AlarmedAt { get; internal set; }

    /// <summary>When responders were first there, in time or not.</summary>
    public long? ArrivedAt { get; internal set; }

    /// <summary>When responders were first there before the attack had succeeded (interruption).</summary>
    public long? InterruptedAt { get; internal set; }

    /// <summary>When responders stopped all that was under way (neutralisation).</summary>
    public long? NeutralisedAt { get; internal set; }

    /// <summary>When every service was as in the beginning again; null when none fell, or one is still down at the horizon.</summary>
    public long? RestoredAt { get; internal set; }

    /// <summary>Whether any service fell.</summary>
    public bool HasFallen { get; internal set; }

    /// <summary>Of each step whether it was reached.</summary>
    public bool[] IsReached { get; }

    /// <summary>Of each step whether a target was reached through it.</summary>
    public bool[] IsOnTheWay { get; }

    /// <summary>Disclosed, of each class.</summary>
    public long[] Records { get; }

    /// <summary>Attack, detection, response and repair events taken.</summary>
    public int Events { get; internal set; }

    /// <summary>Kernel rules evaluated.</summary>
    public long Evaluations { get; internal set; }

    /// <summary>Searches of the road graph.</summary>
    public int Routings { get; internal set; }

    internal void Reset(long run)
    {
        Run = run;
        (SucceededAt, DetectedAt, AlarmedAt, ArrivedAt, InterruptedAt, NeutralisedAt, RestoredAt) = (null, null, null, null, null, null, null);
        (HasFallen, Events, Evaluations, Routings) = (false, 0, 0, 0);
        Array.Clear(TargetAt);
        Array.Clear(IsReached);
        Array.Clear(IsOnTheWay);
        Array.Clear(Records);
    }
}

/// <summary>What a line of a run's story tells.</summary>
public enum StoryKind
{
    /// <summary>Something happens to a segment, whoever attacks.</summary>
    City,

    /// <summary>The adversary begins a step.</summary>
    Began,

    /// <summary>A step is reached.</summary>
    Reached,

    /// <summary>A step cannot be taken in this run.</summary>
    Impossible,

    /// <summary>A step is noticed.</summary>
    Detected,

    /// <summary>A step is not noticed by what could have; by chance, that is told as the step begins.</summary>
    Unseen,

    /// <summary>An alarm does not get through.</summary>
    Lost,

    /// <summary>An alarm is believed.</summary>
    Alarmed,

    /// <summary>Responders are sent.</summary>
    Dispatched,

    /// <summary>Nobody can be sent.</summary>
    NobodyFree,

    /// <summary>Responders are there.</summary>
    Arrived,

    /// <summary>They stop the adversary.</summary>
    Neutralised,

    /// <summary>They do not.</summary>
    Overcome,

    /// <summary>A segment's ceiling is set by the attack.</summary>
    Struck,

    /// <summary>A segment's ceiling is given back.</summary>
    Restored,

    /// <summary>Records are disclosed.</summary>
    Disclosed,

    /// <summary>Sensors are blind from now on.</summary>
    Blinded,

    /// <summary>A segment can no longer be switched from afar.</summary>
    ControlLost,

    /// <summary>An operator acts on a forged reading.</summary>
    Misled,

    /// <summary>A service of a zone changes its level.</summary>
    Service,

    /// <summary>All targets are reached.</summary>
    Succeeded,
}

/// <summary>A line of a run's story.</summary>
/// <param name="Subject">The id of the step, sensor, guard, segment, or zone and service it is about.</param>
/// <param name="Detail">A level, a number of records, a reason; may be empty.</param>
public sealed record StoryLine(long AfterTicks, StoryKind Kind, string Subject, string Detail)
{
    /// <summary>Of <see cref="StoryKind.Unseen"/>: why; of other lines null.</summary>
    public UnseenBecause? Why { get; init; }

    /// <summary>Of <see cref="StoryKind.Service"/>: the level before; of other lines null.</summary>
    public int? BeforePermille { get; init; }
}

/// <summary>Why a step is not noticed.</summary>
public enum UnseenBecause
{
    /// <summary>It can be noticed, and this time is not.</summary>
    Chance,

    /// <summary>The sensor is blind, or lies.</summary>
    Blind,

    /// <summary>The sensor lacks power or telecom.</summary>
    Dark,

    /// <summary>At this hour fewer look.</summary>
    Hour,
}
