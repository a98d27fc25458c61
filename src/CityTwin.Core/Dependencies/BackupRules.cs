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
    public static long Full(Backup backup) => BackupScale.Of(backup).Full;

    /// <summary>What it gives: its input, or its cover where that is more and a charge is left.</summary>
    public static int Output(Backup backup, int inputPermille, bool isCharged) =>
        isCharged ? Math.Max(inputPermille, backup.CoverPermille) : inputPermille;

    /// <summary>The charge after some ticks at a constant input, kept within 0..full.</summary>
    public static long Elapse(Backup backup, long charge, int inputPermille, long ticks) =>
        BackupScale.Of(backup).Elapse(charge, inputPermille, ticks);

    /// <summary>After how many ticks at this constant input it is empty; null = never, 0 = it is empty.</summary>
    public static long? TicksUntilEmpty(Backup backup, long charge, int inputPermille) =>
        BackupScale.Of(backup).TicksUntilEmpty(charge, inputPermille);
}
