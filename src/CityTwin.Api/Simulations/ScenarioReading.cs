using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Api.Simulations;

/// <summary>Reads a scenario document for a city, telling all faults at once; it never throws. The host brings it, so that online and offline runs read alike.</summary>
public delegate ScenarioReading ReadScenario(ReadOnlyMemory<byte> document, City city);

/// <summary>A scenario, or why there is none.</summary>
public sealed record ScenarioReading(Scenario? Scenario, ImmutableArray<ScenarioFault> Faults);

/// <summary>What is wrong with a scenario document.</summary>
/// <param name="Place">The JSON path, such as <c>$.events[3].target</c>.</param>
/// <param name="Code">Stable, for programs.</param>
public sealed record ScenarioFault(string Place, string Code, string Message);
