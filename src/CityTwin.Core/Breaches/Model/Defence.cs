using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Model;

/// <summary>Something that can be bought against attacks.</summary>
/// <param name="Kind">Such as <c>patch</c>, <c>segmentation</c>, <c>camera</c>, <c>feeder</c>, <c>battery</c>, <c>guard-post</c>, <c>barrier</c>, <c>training</c>.</param>
/// <param name="Cost">What it costs over its life, in the model's currency; more than 0.</param>
public sealed record Defence(DefenceId Id, string Name, string Kind, Estimate Cost, ImmutableArray<DefenceEffect> Effects);

/// <summary>What a defence changes.</summary>
public abstract record DefenceEffect;

/// <summary>The step can no longer be taken.</summary>
public sealed record StepDisabled(StepId Step) : DefenceEffect;

/// <summary>The chance that the step can be taken is multiplied, 0..1.</summary>
public sealed record StepRarer(StepId Step, Estimate Factor) : DefenceEffect;

/// <summary>The time of the step is multiplied, at least 1.</summary>
public sealed record StepSlower(StepId Step, Estimate Factor) : DefenceEffect;

/// <summary>The step may be noticed in one more way.</summary>
public sealed record DetectionAdded(StepId Step, Detection Detection) : DefenceEffect;

/// <summary>One more guard.</summary>
public sealed record GuardAdded(Guard Guard) : DefenceEffect;

/// <summary>A segment gets a backup.</summary>
public sealed record BackupAdded(BackupPatch Patch) : DefenceEffect;

/// <summary>A segment gets one more supplier.</summary>
public sealed record FeedAdded(FeedPatch Patch) : DefenceEffect;

/// <summary>A network gets one more link.</summary>
public sealed record LinkAdded(LinkPatch Patch) : DefenceEffect;

/// <summary>Alarms are believed and answered faster: assessment and response times are multiplied, 0..1.</summary>
public sealed record ResponseFaster(StepKind Kind, Estimate Factor) : DefenceEffect;

/// <summary>Responders fail less often: the chance that they do is multiplied, 0..1.</summary>
public sealed record NeutralisationBetter(Estimate FailureFactor) : DefenceEffect;
