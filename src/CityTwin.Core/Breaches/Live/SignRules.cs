using System.Collections.Frozen;
using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Sensing;

namespace CityTwin.Core.Breaches.Live;

/// <summary>How much one event says about an attack on an asset, least first.</summary>
public enum SignWeight
{
    /// <summary>Nothing: too unsure, or what happens every day.</summary>
    None,

    /// <summary>Somebody tried and failed: never proof, however sure the sensor is, and no second sign for another failed try.</summary>
    Attempt,

    /// <summary>A sign; two that are independent are proof.</summary>
    Sign,

    /// <summary>Proof by itself.</summary>
    Proof,
}

/// <summary>
/// When events are signs of an attack, and when signs are proof. One place, because operators act on it: an asset is
/// suspected at its first sign, and compromised at the first proof, or at two independent signs within
/// <see cref="TogetherWithin"/> of which one is more than a failed attempt. Independent are signs of two sensors or of
/// two classes: one sensor that repeats itself proves nothing.
/// </summary>
public static class SignRules
{
    /// <summary>An event reported with less confidence is no sign; it raises no alert either.</summary>
    public const double ConfidenceMin = SensorRules.AlertConfidenceMin;

    /// <summary>A sign reported with this confidence or more is proof.</summary>
    public const double ProofConfidenceMin = 0.95;

    /// <summary>Two signs further apart than this are two stories.</summary>
    public static readonly TimeSpan TogetherWithin = TimeSpan.FromHours(24);

    /// <summary>Whoever reports these has looked already: a SIEM's verdict, a scanner's find.</summary>
    private static readonly FrozenSet<string> Decisive =
        FrozenSet.Create(StringComparer.Ordinal, SensorEventClasses.Compromised, SensorEventClasses.Malware);

    private static readonly FrozenSet<string> Attempts =
        FrozenSet.Create(StringComparer.Ordinal, SensorEventClasses.LoginFailed, SensorEventClasses.BadgeRefused);

    /// <summary>What a camera sees in any street, and accidents: serious perhaps, but no attack on an asset.</summary>
    private static readonly FrozenSet<string> Ordinary = FrozenSet.Create(
        StringComparer.Ordinal, "abandoned-object", "crowd", "fire", "gas-leak", "person-detected");

    /// <param name="steps">The asset's own steps: a class that is the id of one says that this very step was reached.</param>
    public static SignWeight WeightOf(string eventClass, double confidence, ImmutableArray<AttackStep> steps) =>
        confidence < ConfidenceMin || Ordinary.Contains(eventClass) ? SignWeight.None
        : Decisive.Contains(eventClass) || StepNamed(eventClass, steps) is not null ? SignWeight.Proof
        : Attempts.Contains(eventClass) ? SignWeight.Attempt
        : confidence >= ProofConfidenceMin ? SignWeight.Proof
        : SignWeight.Sign;

    /// <summary>True when a new sign and those known are proof together.</summary>
    /// <param name="known">The signs before it.</param>
    public static bool IsProof(Sign sign, ImmutableArray<Sign> known, ImmutableArray<AttackStep> steps)
    {
        var weight = WeightOf(sign.Class, sign.Confidence, steps);
        return weight == SignWeight.Proof || known.Any(other =>
            (other.Sensor, other.Class) != (sign.Sensor, sign.Class)
            && (other.At - sign.At).Duration() <= TogetherWithin
            && (weight == SignWeight.Sign || WeightOf(other.Class, other.Confidence, steps) == SignWeight.Sign));
    }

    /// <summary>The step that a compromise reaches: the one that the class names, else <see cref="EntryOf"/>.</summary>
    /// <returns>Null for an asset without steps.</returns>
    public static StepId? StepReached(string eventClass, ImmutableArray<AttackStep> steps) => StepNamed(eventClass, steps) ?? EntryOf(steps);

    /// <summary>
    /// The step by which an asset is got hold of: of those without a parent on the same asset (all, where a ring leaves
    /// none) a cyber step before a physical one, then the least id.
    /// </summary>
    public static StepId? EntryOf(ImmutableArray<AttackStep> steps)
    {
        var own = steps.Select(step => step.Id).ToHashSet();
        return steps.OrderBy(step => step.Parents.Any(own.Contains)).ThenBy(step => step.Kind).ThenBy(step => step.Id).FirstOrDefault()?.Id;
    }

    private static StepId? StepNamed(string eventClass, ImmutableArray<AttackStep> steps) =>
        steps.FirstOrDefault(step => step.Id.Value == eventClass)?.Id;
}
