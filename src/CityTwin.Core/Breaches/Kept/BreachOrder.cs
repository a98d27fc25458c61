using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Kept;

/// <summary>Who wants which breach tried, and on what: with it the same answer can be had again.</summary>
/// <param name="Id">Names the kept breach.</param>
/// <param name="ScenarioJson">As it was given.</param>
/// <param name="Scenario">As it is run: read, with what the order changes in it.</param>
/// <param name="HalfWidth">As of <see cref="StoppingRule"/>; 0 = all runs are made, as for a ranking.</param>
/// <param name="Start">What every run begins from.</param>
/// <param name="Version">The version of the live city it was read from; empty for a new city.</param>
/// <param name="RequestId">The caller's id of the request.</param>
/// <param name="Ranking">Not one report: the defences ranked by what they change.</param>
[GenerateSerializer, Alias("breach-order"), Immutable]
public sealed record BreachOrder(
    string Id,
    string ScenarioJson,
    BreachScenario Scenario,
    double HalfWidth,
    SimulationStart Start,
    string Version,
    string Principal,
    string Reason,
    string RequestId,
    DateTimeOffset CreatedAt,
    DefenceRanking? Ranking = null);
