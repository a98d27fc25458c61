namespace CityTwin.Import.Generation;

/// <summary>
/// Random numbers by key: every draw is a pure function of (seed, entity, purpose, draw), so that a new draw
/// for one thing changes nothing elsewhere. Only integer arithmetic and exactly rounded operations are used,
/// or two machines could disagree about the last bit. FNV-1a for the key, the SplitMix64 finaliser to mix.
/// </summary>
internal readonly struct Chance(ulong seed)
{
    private const double UnitOf53Bits = 1.0 / (1L << 53);

    /// <summary>64 evenly spread bits.</summary>
    public ulong Bits(string entity, string purpose, int draw = 0)
    {
        unchecked
        {
            const ulong Prime = 0x0000_0100_0000_01B3;
            var key = 0xCBF2_9CE4_8422_2325UL;
            foreach (var letter in entity)
            {
                key = (key ^ letter) * Prime;
            }

            key = (key ^ 0x1F) * Prime;
            foreach (var letter in purpose)
            {
                key = (key ^ letter) * Prime;
            }

            return Mix(Mix(key + seed * 0x9E37_79B9_7F4A_7C15UL) + (ulong)(uint)draw * 0xD1B5_4A32_D192_ED03UL);
        }
    }

    /// <summary>0 up to, not including, <paramref name="bound"/>.</summary>
    public int Below(int bound, string entity, string purpose, int draw = 0) =>
        (int)Math.BigMul(Bits(entity, purpose, draw), (ulong)bound, out _);

    /// <summary>0 up to, not including, 1.</summary>
    public double Unit(string entity, string purpose, int draw = 0) => (Bits(entity, purpose, draw) >> 11) * UnitOf53Bits;

    public double Between(double low, double high, string entity, string purpose, int draw = 0) =>
        low + ((high - low) * Unit(entity, purpose, draw));

    /// <summary>Smooth value noise, -1..1, with one lattice point per unit of x and y.</summary>
    public double Noise(double x, double y, string purpose)
    {
        var left = (int)Math.Floor(x);
        var bottom = (int)Math.Floor(y);
        var across = Smooth(x - left);
        var up = Smooth(y - bottom);
        var low = Blend(Lattice(left, bottom, purpose), Lattice(left + 1, bottom, purpose), across);
        var high = Blend(Lattice(left, bottom + 1, purpose), Lattice(left + 1, bottom + 1, purpose), across);
        return Blend(low, high, up);
    }

    /// <summary>The items in a random order.</summary>
    public T[] Shuffled<T>(IReadOnlyList<T> items, string entity, string purpose)
    {
        var shuffled = items.ToArray();
        for (var last = shuffled.Length - 1; last > 0; last--)
        {
            var other = Below(last + 1, entity, purpose, last);
            (shuffled[last], shuffled[other]) = (shuffled[other], shuffled[last]);
        }

        return shuffled;
    }

    private double Lattice(int x, int y, string purpose) => (2 * Unit(purpose, "lattice", unchecked((x * 73_856_093) ^ (y * 19_349_663)))) - 1;

    private static double Smooth(double t) => t * t * (3 - (2 * t));

    private static double Blend(double a, double b, double t) => a + ((b - a) * t);

    private static ulong Mix(ulong bits)
    {
        unchecked
        {
            bits = (bits ^ (bits >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
            bits = (bits ^ (bits >> 27)) * 0x94D0_49BB_1331_11EBUL;
            return bits ^ (bits >> 31);
        }
    }
}
