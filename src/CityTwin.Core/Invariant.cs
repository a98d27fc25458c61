using System.Diagnostics.CodeAnalysis;

namespace CityTwin.Core;

/// <summary>Checks what cannot happen, in production too: better to stop an activation than to save nonsense.</summary>
public static class Invariant
{
    /// <exception cref="InvariantBrokenException">The condition does not hold.</exception>
    public static void Hold([DoesNotReturnIf(false)] bool condition, string law)
    {
        if (!condition)
        {
            throw new InvariantBrokenException(law);
        }
    }
}

/// <summary>A programmer's error was found before it could be saved. The message names the law that was broken.</summary>
public sealed class InvariantBrokenException(string law) : Exception(law);
