using CityTwin.Core.Cascades;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Cascades;

public sealed class City_clock
{
    private const long Noon = 1_772_366_400_000;
    private const long Hour = 3_600_000;

    [Fact]
    public void Is_the_wall_clock_while_nobody_sets_it_back()
    {
        var clock = new CityClock();
        Assert.Equal(Noon, clock.Read(Noon, TimeSpan.FromHours(7)));
        Assert.Equal(Noon + Hour, clock.Read(Noon + Hour, TimeSpan.FromHours(7)));
        Assert.Equal(Noon + Hour - CityClock.BehindMaxTicks, clock.Read(Noon + Hour - CityClock.BehindMaxTicks, TimeSpan.FromHours(7)));
    }

    [Fact]
    public void Goes_on_from_the_last_batch_when_that_lies_two_hours_ahead()
    {
        var clock = new CityClock();
        clock.See(Noon + (2 * Hour), TimeSpan.Zero);

        Assert.Equal(Noon + (2 * Hour), clock.Read(Noon, TimeSpan.Zero));
        Assert.Equal(Noon + (3 * Hour), clock.Read(Noon + Hour, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Never_stands_still_and_never_goes_back_further_than_it_follows_whatever_is_set() =>
        Gen.Select(Gen.Long[-3 * Hour, 3 * Hour], Gen.Int[0, 120_000], Gen.Bool).Array[1, 30].Sample(steps =>
        {
            var clock = new CityClock();
            var (steady, set) = (TimeSpan.Zero, 0L);
            var before = clock.Read(Noon, steady);
            foreach (var (moved, passed, isSet) in steps)
            {
                steady += TimeSpan.FromMilliseconds(passed);
                set += isSet ? moved : 0;
                var now = clock.Read(Noon + (long)steady.TotalMilliseconds + set, steady);

                Assert.True(now - before >= passed - CityClock.BehindMaxTicks, $"{passed} ms later it is {now - before} ms later.");
                before = now;
            }
        });
}
