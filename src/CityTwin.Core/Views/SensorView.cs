using CityTwin.Core.Sensing;

namespace CityTwin.Core.Views;

/// <summary>A sensor in one version of the city.</summary>
/// <param name="Status">Null before it first published: it has never reported.</param>
/// <param name="AvailabilityPermille">What it can work at, from the segments it needs, 0..1000.</param>
public sealed record SensorView(SensorStatus? Status, int AvailabilityPermille, long ChangedAt) : IChanging
{
    public static SensorView New { get; } = new(null, 1000, 0);

    public SensorCondition Condition => Status?.Condition ?? SensorCondition.NeverReported;
}
