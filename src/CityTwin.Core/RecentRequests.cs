using System.Collections.Immutable;

namespace CityTwin.Core;

/// <summary>The callers' ids of the newest commands that a thing has carried out, so that a repeated one does nothing.</summary>
public static class RecentRequests
{
    /// <summary>How many are remembered; a command that is repeated after so many others is carried out again.</summary>
    public const int Max = 16;

    /// <param name="known">Null before the first, and in states from before requests were remembered.</param>
    public static bool Knows(ImmutableArray<string>? known, string request) => known?.Contains(request) ?? false;

    /// <summary>Remembers one more, and forgets the oldest beyond <see cref="Max"/>.</summary>
    public static ImmutableArray<string> With(ImmutableArray<string>? known, string request) =>
        known is not { } some ? [request]
        : some.Length < Max ? some.Add(request)
        : some.RemoveRange(0, some.Length - Max + 1).Add(request);
}
