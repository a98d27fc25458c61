namespace CityTwin.Grains.Sensors;

/// <summary>What a silo keeps of its sensors.</summary>
public sealed class SensorOptions
{
    /// <summary>Of what the collector may use, so much is for sensors that are awake; beside them there are the city, the view, and what is on its way.</summary>
    private const double AwakeShare = 0.25;

    /// <summary>What one takes that has reported: its activation, its state, its place in the directory.</summary>
    private const int AwakeBytes = 4_000;

    /// <summary>Even the smallest silo keeps so many.</summary>
    private const int AwakeMin = 1_000;

    /// <summary>So many sensors are awake in a silo at most, at least 1; by default what the memory of this process allows.</summary>
    public int AwakeMax { get; set; } =
        (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * AwakeShare / AwakeBytes, AwakeMin, int.MaxValue);
}
