using System.Diagnostics;

namespace CityTwin.Benchmarks;

/// <summary>Runs something until the compiler has seen it often enough to do its best: a server runs for months.</summary>
internal static class WarmUp
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);

    public static void With(Action action)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Long;)
        {
            action();
        }
    }
}
