using CityTwin.Testing;

namespace CityTwin.EndToEnd.Tests.Faults;

/// <summary>Draws what goes wrong when; the same seed gives the same.</summary>
internal static class FaultSchedule
{
    private const int Silos = 3;
    private const int AfterMillisecondsMax = 4_000;
    private const int LastsMillisecondsMin = 100;

    /// <summary>
    /// A deck, so that few faults are of every kind: each kind is as often in it as it shall come, with the longest that it
    /// lasts. A silo is declared dead after about six seconds, and stops itself when it finds that out: it is stopped for less
    /// and for more than that. A database that is gone for more than ten seconds makes writes fail; lines are cut across that.
    /// </summary>
    private static readonly (FaultKind Kind, LineState Line, int MillisecondsMax)[] Deck =
    [
        (FaultKind.SiloKilled, default, 6_000),
        (FaultKind.SiloKilled, default, 1_000),
        (FaultKind.SiloKilled, default, 12_000),
        (FaultKind.SiloStopped, default, 4_000),
        (FaultKind.SiloStopped, default, 14_000),
        (FaultKind.DatabaseRestarted, default, 2_000),
        (FaultKind.DatabaseCrashed, default, 3_000),
        (FaultKind.DiskFull, default, 12_000),
        (FaultKind.BrokerRestarted, default, 3_000),
        (FaultKind.DatabaseCut, LineState.Refusing, 14_000),
        (FaultKind.DatabaseCut, LineState.Silent, 14_000),
        (FaultKind.DatabaseCut, LineState.Resetting, 4_000),
        (FaultKind.BrokerCut, LineState.Refusing, 8_000),
        (FaultKind.BrokerCut, LineState.Silent, 14_000),
        (FaultKind.BrokerCut, LineState.Resetting, 4_000),
    ];

    public static IEnumerable<Fault> Draw(ulong seed, int count)
    {
        var draws = new Draws(seed);
        var deck = new Queue<(FaultKind Kind, LineState Line, int MillisecondsMax)>();
        for (var number = 1; number <= count; number++)
        {
            if (deck.Count == 0)
            {
                deck = new(draws.Shuffled(Deck));
            }

            var (kind, line, longest) = deck.Dequeue();
            yield return new(
                number, kind, draws.Between(0, Silos - 1), line,
                TimeSpan.FromMilliseconds(draws.Between(0, AfterMillisecondsMax)),
                TimeSpan.FromMilliseconds(draws.Between(LastsMillisecondsMin, longest)));
        }
    }
}
