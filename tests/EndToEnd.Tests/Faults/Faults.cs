using System.Globalization;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>
/// Three silos, a broker and a database, and at drawn moments drawn faults of all of them and of the lines between. What was
/// acknowledged is kept once, whatever happens. CITYTWIN_FAULTS sets how many faults there are (20 by default, 200 for the
/// full run), CITYTWIN_FAULTS_SEED which and when; <c>tests/faults.sh</c> sets both and shows them as they happen.
/// </summary>
public sealed class Faults
{
    private static readonly int FaultsMax = Number("CITYTWIN_FAULTS", 20);
    private static readonly int Seed = Number("CITYTWIN_FAULTS_SEED", 1);

    /// <summary>While nothing can be committed, messages come in; then all who have them die.</summary>
    private static readonly Fault[] Stalled =
    [
        new(1, FaultKind.DatabaseRestarted, 0, default, TimeSpan.Zero, TimeSpan.FromSeconds(5)),
        .. Enumerable.Range(0, 3).Select(silo => new Fault(2 + silo, FaultKind.SiloKilled, silo, default, TimeSpan.FromSeconds(silo == 0 ? 3 : 0), TimeSpan.FromSeconds(1))),
    ];

    /// <summary>Without the defect the same faults leave nothing open for so long.</summary>
    private static readonly TimeSpan SettlesOrNever = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cost_nothing_that_was_acknowledged()
    {
        using var log = new FaultLog("faults");
        log.Say($"seed {Seed}, {FaultsMax} faults");
        await using var city = await FaultyCity.Start(log, Cancellation);
        await using var run = new FaultRun(city, log, Seed, Cancellation);
        await run.Begin();
        await run.Suffer(FaultSchedule.Draw((ulong)Seed, FaultsMax));
        var open = await run.Settle();
        Assert.True(open.Count == 0, run.Told(open));
        Assert.True(run.HasDoneEnough, "Too little happened for this to prove anything.");
    }

    /// <summary>The harness itself: a defect of the kind that it is there for must not pass.</summary>
    [Fact]
    public async Task Show_an_acknowledgement_that_comes_before_the_commit()
    {
        using var log = new FaultLog("planted");
        await using var city = await FaultyCity.Start(log, Cancellation, EarlyAcknowledgement.Carry);
        await using var run = new FaultRun(city, log, Seed, Cancellation);
        await run.Begin();
        await run.Suffer(Stalled);
        await run.UntilAllAreHeardAgain();
        var open = await run.Settle(SettlesOrNever);
        Assert.Contains(open, fault => fault.Contains("were acknowledged", StringComparison.Ordinal));
    }

    private static int Number(string variable, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : standard;
}
