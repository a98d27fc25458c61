using System.Collections.Immutable;
using CityTwin.Core.Breaches.Exact;

namespace CityTwin.Import.Breaches;

/// <summary>A question that the theory of breaches answers exactly.</summary>
public abstract record ExactCase(string Id);

/// <summary>A path of tasks against a response: EASI.</summary>
public sealed record PathCase(string Id, ImmutableArray<EasiTask> Tasks, EasiResponse Response) : ExactCase(Id);

/// <summary>Exponential stages against an exponential response.</summary>
public sealed record StageCase(string Id, ImmutableArray<ExponentialStage> Stages, double ResponseRate) : ExactCase(Id);

/// <summary>An AND/OR graph of steps with constant times.</summary>
/// <param name="AsksTimes">Earliest times are wanted.</param>
/// <param name="AsksChances">Reach probabilities are wanted.</param>
public sealed record GraphCase(string Id, StepGraph Graph, bool AsksTimes, bool AsksChances) : ExactCase(Id);
