using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace CityTwin.Grains.Sensors;

/// <summary>
/// Bounds how many sensors of this silo are awake: one takes some 4 KB, so that a million of them do not fit beside their city into
/// the memory of a usual silo. Beyond the limit one that is drawn is let go, and wakes again from storage with its next reading.
/// Drawn, because meters report in turn: were it always the one that has waited longest, a city of a few more than fit would find none
/// of them awake; so it finds most. By number rather than by memory in use, because that counts what the collector has
/// not yet looked at: tried, the silo let go of all it had, again and again.
/// </summary>
internal sealed class AwakeSensors(IOptions<SensorOptions> options)
{
    /// <summary>So many are drawn when one wakes: more than leave with it, so that those that had to stay are caught up on.</summary>
    private const int DrawnMax = 8;

    private const int Gone = -1;

    private readonly Lock _lock = new();
    private readonly List<Place> _awake = [];

    /// <summary>One has woken.</summary>
    /// <returns>To be given back when it goes.</returns>
    public Place Add(SensorGrain sensor)
    {
        var place = new Place(sensor);
        List<SensorGrain> leaving = [];
        lock (_lock)
        {
            for (var drawn = 0; drawn < DrawnMax && _awake.Count >= options.Value.AwakeMax; drawn++)
            {
                var one = _awake[RandomNumberGenerator.GetInt32(_awake.Count)];
                // Asleep, one that holds tells would deliver them only when something wakes it.
                if (!one.Sensor.HoldsTells)
                {
                    Leave(one);
                    leaving.Add(one.Sensor);
                }
            }

            place.At = _awake.Count;
            _awake.Add(place);
        }

        leaving.ForEach(one => one.MakeRoom());
        return place;
    }

    /// <summary>One goes, asked to or not.</summary>
    public void Remove(Place place)
    {
        lock (_lock)
        {
            if (place.At != Gone)
            {
                Leave(place);
            }
        }
    }

    /// <summary>The last takes its place: order means nothing here.</summary>
    private void Leave(Place place)
    {
        var last = _awake[^1];
        (_awake[place.At], last.At) = (last, place.At);
        _awake.RemoveAt(_awake.Count - 1);
        place.At = Gone;
    }

    /// <summary>Where a sensor that is awake stands among them.</summary>
    internal sealed class Place(SensorGrain sensor)
    {
        public SensorGrain Sensor => sensor;

        /// <summary><see cref="Gone"/> before it has come and once it has left.</summary>
        public int At { get; set; } = Gone;
    }
}
