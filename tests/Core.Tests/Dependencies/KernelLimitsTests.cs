using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using Xunit;

namespace CityTwin.Core.Tests.Dependencies;

/// <summary>A settle or a run that would go on too long stops with an error that names its limit.</summary>
public sealed class KernelLimitsTests
{
    private static readonly SegmentId A = new("a");
    private static readonly SegmentId B = new("b");

    [Fact]
    public void Settle_stops_at_the_limit_when_a_ring_converges_slowly()
    {
        // Each round around the ring loses one per mille, down to nothing.
        var error = Assert.Throws<KernelLimitException>(() => KernelState.Begin(
            Kernel.Compile([
                (A, new(Needs: new Leontief([new(new Supplier(B), 1_000_000), new(new Constant(0), 1_000)]))),
                (B, new(Needs: new Supplier(A)))]),
            0,
            new KernelLimits(RoundsMax: 20)));
        Assert.Equal(nameof(KernelLimits.RoundsMax), error.Limit);
    }

    [Fact]
    public void Run_stops_at_the_limit_when_timers_never_end()
    {
        var kernel = Kernel.Compile([
            (A, new()),
            (B, new(new Supplier(A), Backup: new(1000, 5, 5)))]);
        var state = KernelState.Begin(kernel, 0, new KernelLimits(TimersMax: 0));
        state.Settle(1, [new(0, 0)], []);
        var error = Assert.Throws<KernelLimitException>(() => state.Advance(100));
        Assert.Equal(nameof(KernelLimits.TimersMax), error.Limit);
    }

    [Fact]
    public void Compiling_a_rule_that_names_nobody_is_refused() =>
        Assert.Throws<ArgumentException>(() => Kernel.Compile([(A, new(new Supplier(B)))]));
}
