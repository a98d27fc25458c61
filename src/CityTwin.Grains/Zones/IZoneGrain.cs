using CityTwin.Core.Zones;
using CityTwin.Grains.Inspection;
using Orleans.Concurrency;

namespace CityTwin.Grains.Zones;

/// <summary>One zone: owns its posture, planned work and head count. Its status is derived by the view.</summary>
[Alias("CityTwin.IZoneGrain")]
public interface IZoneGrain : IInspectable
{
    Task<long?> SetPosture(SecurityPosture posture, string by, string reason);

    Task<long?> PlanWork(DateTimeOffset? until);

    Task<long?> Count(int people);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<ZoneFacts> Read();
}
