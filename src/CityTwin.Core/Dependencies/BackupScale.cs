namespace CityTwin.Core.Dependencies;

/// <summary>A backup's charge scale with the divisions done: see <see cref="BackupRules"/>.</summary>
/// <param name="Full">A full charge.</param>
/// <param name="FallPerMissing">What a tick takes for each per mille that the input is below the cover.</param>
/// <param name="RisePerTick">What a tick at an input of at least the cover adds; 0 when it never recharges.</param>
internal readonly record struct BackupScale(int CoverPermille, long Full, long FallPerMissing, long RisePerTick)
{
    public static BackupScale Of(Backup backup)
    {
        if (backup.RechargeTicks is not { } recharge)
        {
            return new(backup.CoverPermille, backup.CoverPermille * backup.EnduranceTicks, 1, 0);
        }

        var divisor = Gcd(backup.EnduranceTicks, recharge);
        var fall = recharge / divisor;
        return new(
            backup.CoverPermille,
            backup.CoverPermille * backup.EnduranceTicks * fall,
            fall,
            backup.CoverPermille * (backup.EnduranceTicks / divisor));
    }

    public long Elapse(long charge, int inputPermille, long ticks)
    {
        if (inputPermille < CoverPermille)
        {
            return ticks >= TicksUntilEmpty(charge, inputPermille) ? 0 : charge - ((CoverPermille - inputPermille) * FallPerMissing * ticks);
        }

        // Divided, not multiplied: ticks may be years, and only the last stretch to full fits in 64 bits for sure.
        return RisePerTick == 0 || charge == Full ? charge
            : ticks >= CeilingDivide(Full - charge, RisePerTick) ? Full
            : charge + (RisePerTick * ticks);
    }

    public long? TicksUntilEmpty(long charge, int inputPermille) =>
        inputPermille < CoverPermille ? CeilingDivide(charge, (CoverPermille - inputPermille) * FallPerMissing) : null;

    private static long CeilingDivide(long value, long by)
    {
        var quotient = value / by;
        return quotient * by == value ? quotient : quotient + 1;
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
