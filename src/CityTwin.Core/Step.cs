using System.Collections.Immutable;

namespace CityTwin.Core;

/// <summary>One decision of a rule: the state that follows, and what the driver is to do about it, in this order.</summary>
public readonly record struct Step<TState, TEffect>(TState State, ImmutableArray<TEffect> Effects);
