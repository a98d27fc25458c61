using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Sensing;

public sealed class DeadlineWheelTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Wheel_gives_each_sensor_at_its_last_set_deadline_once_as_a_plain_table_does() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[-1, 20], Gen.Bool).Array[1, 60].Sample(steps =>
        {
            var wheel = new DeadlineWheel<SensorId>();
            var table = new Dictionary<SensorId, DateTimeOffset>();
            var now = Noon;
            foreach (var (number, seconds, isTick) in steps)
            {
                if (isTick)
                {
                    now = now.AddSeconds(seconds);
                    var due = table.Where(entry => entry.Value <= now).Select(entry => entry.Key).Order().ToArray();
                    Assert.Equal(due, wheel.TakeDue(now, 100).Order());
                    Array.ForEach(due, sensor => table.Remove(sensor));
                    Assert.Equal(table.Count, wheel.Count);
                    continue;
                }

                var id = new SensorId($"s{number}");
                wheel.Set(id, seconds < 0 ? null : now.AddSeconds(seconds));
                table.Remove(id);
                if (seconds >= 0)
                {
                    table[id] = now.AddSeconds(seconds);
                }
            }
        });
}
