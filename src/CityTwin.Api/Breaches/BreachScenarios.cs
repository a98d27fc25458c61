using System.Collections.Immutable;
using CityTwin.Api.Simulations;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Api.Breaches;

/// <summary>How breach scenarios are read, and those that ship. The host brings it, so that online and offline runs read alike.</summary>
/// <param name="Read">Reads a document for a city, telling all faults at once; it never throws.</param>
/// <param name="Ready">The document of a scenario that ships, by one of <paramref name="ReadyNames"/>.</param>
/// <param name="ReadyNames">Sorted.</param>
public sealed record BreachScenarios(
    Func<ReadOnlyMemory<byte>, City, BreachScenarioReading> Read, Func<string, byte[]> Ready, ImmutableArray<string> ReadyNames);

/// <summary>A breach scenario, or why there is none.</summary>
public sealed record BreachScenarioReading(BreachScenario? Scenario, ImmutableArray<ScenarioFault> Faults);
