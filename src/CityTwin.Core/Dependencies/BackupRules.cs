namespace CityTwin.Core.Dependencies;

/// <summary>
/// The charge of a battery, generator or tank. It is an integer in a scale in which falling and rising are whole
/// numbers: with g = gcd(T, R), full is c*T*(R/g); a tick at input e below the cover c takes (c-e)*(R/g), any other
/// tick gives c*(T/g). Without recharge the scale is c*T with a fall of c-e. Nothing here asks for ceilings or needs:
/// a battery in a closed segment still drains.
/// </summary>
public static class BackupRules
{
    /// <summary>A full charge.</summary>
    public static long Full(Backup backup) => backup.CoverPermille * backup.EnduranceTicks * FallScale(backup);

    /// <summary>What it gives: its input, or its cover where that is more and a charge is left.</summary>
    public static int Output(Backup backup, int inputPermille, bool isCharged) =>
        isCharged ? Math.Max(inputPermille, backup.CoverPermille) : inputPermille;

    /// <summary>The charge after some ticks at a constant input, kept within 0..full.</summary>
    public static long Elapse(Backup backup, long charge, int inputPermille, long ticks)
    {
        if (inputPermille < backup.CoverPermille)
        {
            return ticks >= TicksUntilEmpty(backup, charge, inputPermille) ? 0 : charge - (FallPerTick(backup, inputPermille) * ticks);
        }

        var rise = RisePerTick(backup);
        var missing = Full(backup) - charge;

        // Divided, not multiplied: ticks may be years, and only the last stretch to full fits in 64 bits for sure.
        return rise == 0 ? charge : ticks >= CeilingDivide(missing, rise) ? Full(backup) : charge + (rise * ticks);
    }

    /// <summary>After how many ticks at this constant input it is empty; null = never, 0 = it is empty.</summary>
    public static long? TicksUntilEmpty(Backup backup, long charge, int inputPermille) =>
        inputPermille < backup.CoverPermille ? CeilingDivide(charge, FallPerTick(backup, inputPermille)) : null;

    /// <summary>What a tick at an input of at least the cover adds; 0 when it never recharges.</summary>
    public static long RisePerTick(Backup backup) =>
        backup.RechargeTicks is { } recharge ? backup.CoverPermille * (backup.EnduranceTicks / Gcd(backup.EnduranceTicks, recharge)) : 0;

    private static long FallPerTick(Backup backup, int inputPermille) => (backup.CoverPermille - inputPermille) * FallScale(backup);

    private static long FallScale(Backup backup) =>
        backup.RechargeTicks is { } recharge ? recharge / Gcd(backup.EnduranceTicks, recharge) : 1;

    private static long CeilingDivide(long value, long by) => (value / by) + (value % by == 0 ? 0 : 1);

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
