using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Model;

/// <summary>Where a step is taken.</summary>
public enum StepKind
{
    /// <summary>On a network: several at once, as many as the adversary has hands.</summary>
    Cyber,

    /// <summary>In person: one at a time, where the adversary stands.</summary>
    Physical,
}

/// <summary>Which of its parents a step needs (Meta Attack Language, Johnson, Lagerström, Ekstedt 2018).</summary>
public enum StepLogic
{
    /// <summary>OR: the earliest parent.</summary>
    Any,

    /// <summary>AND: all parents, so the latest.</summary>
    All,
}

/// <summary>
/// A step of an attack on an asset. It opens when its parents are reached; it is reached once its time has passed.
/// A cyber step without parents opens only where an adversary begins with it. A physical step also needs the adversary
/// to stand in <paramref name="From"/>; without parents it needs nothing else.
/// </summary>
/// <param name="Exists">The chance, 0..1, that it can be taken at all: drawn once a run, independently.</param>
/// <param name="Skill">What it needs of the adversary, 0..1.</param>
/// <param name="From">Physical: where the adversary stands to take it.</param>
/// <param name="To">Physical: where the adversary stands after it; the same area for an act on the spot.</param>
/// <param name="Through">The conduit that it goes through: isolated, it stops the step.</param>
/// <param name="Techniques">ATT&amp;CK for ICS technique ids, such as <c>T0886</c>.</param>
public sealed record AttackStep(
    StepId Id,
    string Name,
    AssetId Asset,
    StepKind Kind,
    StepLogic Logic,
    ImmutableArray<StepId> Parents,
    Duration Duration,
    Estimate Exists,
    Estimate Skill,
    ImmutableArray<Detection> Detections,
    ImmutableArray<CompromiseEffect> Effects,
    AreaId? From,
    AreaId? To,
    ConduitId? Through,
    ImmutableArray<string> Techniques);

/// <summary>When during a step it is detected (EASI: B, M, E).</summary>
public enum DetectionPoint
{
    /// <summary>B: as it begins, so that all of its time is left.</summary>
    Beginning,

    /// <summary>M: half-way.</summary>
    Middle,

    /// <summary>E: as it ends, so that none of its time is left.</summary>
    End,
}

/// <summary>A chance that a step is noticed. Several of one step are independent.</summary>
/// <param name="Sensor">Who notices: its chance falls with its availability, and is 0 while it is blind or lies. Null = nobody who could be put out of work.</param>
/// <param name="Probability">0..1, of a sensor that works.</param>
/// <param name="Schedule">Its share at this hour multiplies the chance; null = at all hours alike.</param>
public sealed record Detection(SensorId? Sensor, Estimate Probability, DetectionPoint At, ScheduleId? Schedule);
