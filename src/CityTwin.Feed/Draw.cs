namespace CityTwin.Feed;

/// <summary>Chance by key: the same seed, thing and moment give the same number, in whatever order they are asked.</summary>
internal readonly struct Draw(ulong seed)
{
    /// <summary>0 up to, not including, 1.</summary>
    public double Unit(string thing, long moment)
    {
        unchecked
        {
            var key = 0xCBF2_9CE4_8422_2325UL;
            foreach (var letter in thing)
            {
                key = (key ^ letter) * 0x0000_0100_0000_01B3;
            }

            return (Mix(Mix(key + (seed * 0x9E37_79B9_7F4A_7C15UL)) + ((ulong)moment * 0xD1B5_4A32_D192_ED03UL)) >> 11) * (1.0 / (1L << 53));
        }
    }

    /// <summary>-1 to 1.</summary>
    public double Noise(string thing, long moment) => (2 * Unit(thing, moment)) - 1;

    /// <summary>0 up to, not including, <paramref name="bound"/>.</summary>
    public int Below(int bound, string thing, long moment) => (int)(Unit(thing, moment) * bound);

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
