namespace CityTwin.Core.Dependencies;

/// <summary>How much work one settle and one run may be. Reaching a limit is a <see cref="KernelLimitException"/>.</summary>
/// <param name="RoundsMax">How often one ring may be swept in one phase of a settle; a ring with gain near one converges
/// slowly. A ring that only chooses among levels is not swept: each move takes a vertex nearer to its end, and mostly there.</param>
/// <param name="TimersMax">How many instants one run may settle by itself, without any event.</param>
public sealed record KernelLimits(int RoundsMax = 100_000, int TimersMax = 1_000_000)
{
    public static readonly KernelLimits Default = new();
}

/// <summary>A settle or a run was stopped by a limit; the state it happened in is not to be used further.</summary>
public sealed class KernelLimitException(string limit, long value, string where)
    : Exception($"{limit} of {value} reached {where}.")
{
    /// <summary>The limit's name in <see cref="KernelLimits"/>.</summary>
    public string Limit { get; } = limit;
}
