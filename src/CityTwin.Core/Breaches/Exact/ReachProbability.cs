using System.Collections.Immutable;

namespace CityTwin.Core.Breaches.Exact;

/// <summary>
/// The exact chance that a step of an AND/OR graph is reached, over all draws of which steps exist. Draws are factored
/// rather than listed: an open step is decided, and what no longer matters is forgotten, so that histories which leave the
/// same question are counted once (as in the frontier methods of network reliability, such as Hardy, Lucet, Limnios 2007).
/// Chains, trees and narrow graphs are quick whatever their size; no graph of 20 uncertain steps has more states than
/// <see cref="StatesMax"/>.
/// </summary>
public static class ReachProbability
{
    /// <summary>The most different questions that one step may lead to.</summary>
    public const int StatesMax = 1 << 20;

    /// <summary>The most steps that may matter for one step.</summary>
    public const int RelevantStepsMax = 500;

    /// <returns>By step.</returns>
    /// <exception cref="ReachLimitException">A step needs more than <see cref="StatesMax"/> or <see cref="RelevantStepsMax"/>.</exception>
    public static ImmutableArray<double> Of(StepGraph graph) => [.. Enumerable.Range(0, graph.Steps.Length).Select(step => Of(graph, step))];

    /// <param name="target">The index of the step.</param>
    /// <exception cref="ReachLimitException">It needs more than <see cref="StatesMax"/> or <see cref="RelevantStepsMax"/>.</exception>
    public static double Of(StepGraph graph, int target) =>
        graph.Starts.Contains(target) ? 1 : graph.Steps[target].Exists == 0 ? 0 : ReachQuestion.Ask(graph, target);
}

/// <summary>A reach probability is beyond the limits of the exact computation; estimate it by runs instead.</summary>
public sealed class ReachLimitException(string message) : Exception(message);
