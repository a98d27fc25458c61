using System.Collections.Immutable;

namespace CityTwin.Core.Dependencies;

/// <summary>
/// The window of a restart with lag L: its output at t is the least of its inputs at t-L .. t. Whatever is asked later
/// reaches up to the newest input, so an earlier higher input never matters again: a window keeps the least input from
/// each tick on, which makes its steps strictly increase and few.
/// </summary>
public static class RestartRules
{
    /// <summary>A window that remembers nothing: of a new city, or just started.</summary>
    public static readonly ImmutableArray<WindowStep> Empty = [];

    /// <summary>Remembers the input settled at a tick; the same window when nothing is new.</summary>
    /// <param name="at">Not before the newest step.</param>
    public static ImmutableArray<WindowStep> Push(ImmutableArray<WindowStep> window, long lagTicks, long at, int inputPermille)
    {
        if (inputPermille == Newest(window))
        {
            return window;
        }

        var kept = window.Length;
        while (kept > 0 && window[kept - 1].InputPermille >= inputPermille)
        {
            kept--;
        }

        // The lower input takes the place of all it hides, from where the first of them began.
        var since = kept < window.Length ? window[kept].Since : at;
        var first = 0;
        while (first < kept && (first + 1 < kept ? window[first + 1].Since : since) <= at - lagTicks)
        {
            first++;
        }

        return first == kept && inputPermille == 1000
            ? Empty
            : [.. window.AsSpan(first, kept - first), new WindowStep(since, (short)inputPermille)];
    }

    /// <summary>The least input at <paramref name="at"/> - L .. <paramref name="at"/> - 1: what the window lets through at that tick.</summary>
    public static int Least(ImmutableArray<WindowStep> window, long lagTicks, long at)
    {
        var least = window.IsEmpty ? 1000 : window[0].InputPermille;
        for (var i = 1; i < window.Length && window[i].Since <= at - lagTicks; i++)
        {
            least = window[i].InputPermille;
        }

        return least;
    }

    /// <summary>The first tick after <paramref name="after"/> at which the window lets more through; null = never.</summary>
    public static long? NextRelease(ImmutableArray<WindowStep> window, long lagTicks, long after)
    {
        for (var i = 1; i < window.Length; i++)
        {
            if (window[i].Since + lagTicks > after)
            {
                return window[i].Since + lagTicks;
            }
        }

        return null;
    }

    /// <summary>The input settled last.</summary>
    public static int Newest(ImmutableArray<WindowStep> window) => window.IsEmpty ? 1000 : window[^1].InputPermille;
}
