namespace CityTwin.Core.Breaches.Chances;

/// <summary>What a draw is for; with the entity and the number of the draw it is the key.</summary>
internal enum Purpose : byte
{
    Exists = 1,
    Duration = 2,
    Detected = 3,
    Communicated = 4,
    Transmit = 5,
    Assess = 6,
    Respond = 7,
    Neutralised = 8,
    OnDuty = 9,
    Turnout = 10,
    Restored = 11,
    Believed = 12,
    ActAfter = 13,
    Input = 14,
}

/// <summary>
/// Random numbers by key (seed, run, entity, purpose, draw), never in sequence: one more sensor changes no other draw,
/// and two variants of a city meet the same luck. Mixed by the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
internal readonly struct KeyedChance
{
    private readonly ulong _base;

    public KeyedChance(ulong seed, long run) => _base = unchecked(Mix(Mix(seed + 0x9E37_79B9_7F4A_7C15UL) ^ ((ulong)run * 0xD1B5_4A32_D192_ED03UL)));

    /// <summary>The key of a name: FNV-1a, 64 bits.</summary>
    public static ulong KeyOf(string name)
    {
        unchecked
        {
            var key = 0xCBF2_9CE4_8422_2325UL;
            foreach (var letter in name)
            {
                key = (key ^ letter) * 0x0000_0100_0000_01B3UL;
            }

            return key;
        }
    }

    /// <summary>More than 0, less than 1.</summary>
    public double Unit(ulong entity, Purpose purpose, int draw = 0) => ((Bits(entity, purpose, draw) >> 11) + 0.5) * (1.0 / (1L << 53));

    public ulong Bits(ulong entity, Purpose purpose, int draw = 0) =>
        unchecked(Mix(Mix(_base ^ entity) + ((((ulong)purpose << 32) | (uint)draw) * 0x9E37_79B9_7F4A_7C15UL)));

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
