using Microsoft.Extensions.Options;

namespace CityTwin.Grains.Sensors;

/// <summary>
/// Bounds how many sensors of this silo are awake: one takes some 4 KB, so that a million of them do not fit beside their city into
/// the memory of a usual silo. Beyond the limit the one that has been awake for longest is let go, and wakes again from
/// storage with its next reading. By number rather than by memory in use, because that counts what the collector has
/// not yet looked at: tried, the silo let go of all it had, again and again.
/// </summary>
internal sealed class AwakeSensors(IOptions<SensorOptions> options)
{
    /// <summary>So many are looked at when one wakes: more than leave with it, so that those that had to stay are caught up on.</summary>
    private const int LookedAtMax = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<SensorGrain> _awake = [];

    /// <summary>One has woken.</summary>
    /// <returns>To be given back when it goes.</returns>
    public LinkedListNode<SensorGrain> Add(SensorGrain sensor)
    {
        var place = new LinkedListNode<SensorGrain>(sensor);
        List<SensorGrain> leaving = [];
        lock (_lock)
        {
            _awake.AddLast(place);
            for (var looked = 0; looked < LookedAtMax && _awake.Count > options.Value.AwakeMax; looked++)
            {
                var oldest = _awake.First!;
                _awake.RemoveFirst();
                if (oldest.Value.HoldsTells)
                {
                    // Asleep, it would deliver them only when something wakes it.
                    _awake.AddLast(oldest);
                }
                else
                {
                    leaving.Add(oldest.Value);
                }
            }
        }

        leaving.ForEach(oldest => oldest.MakeRoom());
        return place;
    }

    /// <summary>One goes, asked to or not.</summary>
    public void Remove(LinkedListNode<SensorGrain> place)
    {
        lock (_lock)
        {
            if (place.List is not null)
            {
                _awake.Remove(place);
            }
        }
    }
}
