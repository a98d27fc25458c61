using System.Collections.Immutable;

namespace CityTwin.Core;

/// <summary>The callers' ids of the newest commands that a thing has carried out, so that a repeated one does nothing.</summary>
public static class RecentRequests
{
    /// <summary>How many are remembered; a command that is repeated after so many others is carried out again.</summary>
    public const int Max = 16;

    /// <param name="known">Default in states from before requests were remembered.</param>
    public static bool Knows(ImmutableArray<string> known, string request) => !known.IsDefaultOrEmpty && known.Contains(request);

    /// <summary>Remembers one more, and forgets the oldest beyond <see cref="Max"/>.</summary>
    public static ImmutableArray<string> With(ImmutableArray<string> known, string request) =>
        known.IsDefaultOrEmpty ? [request]
        : known.Length < Max ? known.Add(request)
        : known.RemoveRange(0, known.Length - Max + 1).Add(request);
}
