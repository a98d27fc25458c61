namespace CityTwin.Testing;

/// <summary>A stream of choices that follows from a seed alone (SplitMix64), so that a failing case can be built again.</summary>
public sealed class Draws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + (int)(Next() % (ulong)(most - least + 1));

    /// <summary>True in so many of 100 cases.</summary>
    public bool Chance(int percent) => Between(1, 100) <= percent;

    public T OneOf<T>(IReadOnlyList<T> choices) => choices[Between(0, choices.Count - 1)];

    /// <summary>Some of these, in a drawn order, each at most once.</summary>
    public T[] Some<T>(IReadOnlyList<T> choices, int least, int most)
    {
        var shuffled = Shuffled(choices);
        return shuffled[..Math.Min(shuffled.Length, Between(least, most))];
    }

    public T[] Shuffled<T>(IReadOnlyList<T> items)
    {
        var shuffled = items.ToArray();
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var other = Between(0, i);
            (shuffled[i], shuffled[other]) = (shuffled[other], shuffled[i]);
        }

        return shuffled;
    }

    private ulong Next()
    {
        unchecked
        {
            _state += 0x9E3779B97F4A7C15;
            var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
