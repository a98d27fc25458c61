using CityTwin.Core.Breaches.Answers;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Answers;

public sealed class Loss_ledger
{
    private const int Places = 5;

    private static readonly Gen<(int Place, long People, bool IsCritical)[]> Losses =
        Gen.Select(Gen.Int[0, Places - 1], Gen.Long[0, 1_000_000], Gen.Bool).Array[0, 50];

    [Fact]
    public void Tallies_are_those_of_each_loss_counted_at_once_whenever_they_are_asked_for() => Gen.Select(Losses, Losses).Sample((first, then) =>
    {
        var (ledger, other) = (new LossLedger(Places), new LossLedger(Places));
        Write(ledger, first);
        AssertCounted(ledger, first);
        Write(ledger, then);
        AssertCounted(ledger, [.. first, .. then]);
        Write(other, first);
        ledger.Merge(other);
        AssertCounted(ledger, [.. first, .. then, .. first]);
    });

    [Fact]
    public void A_ledger_that_is_full_counts_and_goes_on()
    {
        var losses = Enumerable.Range(0, (2 * LossLedger.EntriesMax) + 1).Select(number => (number % Places, (long)number, number % 3 == 0)).ToArray();
        var ledger = new LossLedger(Places);
        Write(ledger, losses);
        AssertCounted(ledger, losses);
    }

    private static void Write(LossLedger ledger, IEnumerable<(int Place, long People, bool IsCritical)> losses)
    {
        foreach (var (place, people, isCritical) in losses)
        {
            ledger.Add(place, people, 2 * people, isCritical);
        }
    }

    private static void AssertCounted(LossLedger ledger, (int Place, long People, bool IsCritical)[] losses)
    {
        var tallies = ledger.Tallies;
        Assert.Equal(losses.Select(loss => loss.Place).Distinct().Order(), tallies.Select(pair => pair.Key));
        foreach (var (place, tally) in tallies)
        {
            var here = losses.Where(loss => loss.Place == place).ToArray();
            Assert.Equal(here.Aggregate(new Moments(), (sum, loss) => sum.Add(loss.People)), tally.PersonHours.Moments);
            Assert.Equal(here.Aggregate(new Moments(), (sum, loss) => sum.Add(2 * loss.People)), tally.CustomerHours.Moments);
            Assert.Equal(here.Count(loss => loss.IsCritical), tally.Critical);
        }
    }
}
