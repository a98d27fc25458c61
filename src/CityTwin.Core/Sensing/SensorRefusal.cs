namespace CityTwin.Core.Sensing;

/// <summary>Why what a sensor said changed nothing.</summary>
public enum SensorRefusal
{
    /// <summary>It cannot be believed: see <see cref="ReadingFault"/>.</summary>
    Unbelievable,

    /// <summary>The very same is known.</summary>
    Repeated,

    /// <summary>Something later is known; of an event: it is older than all that are remembered.</summary>
    Late,
}
