using CityTwin.Core.Zones;
using CityTwin.Grains.Inspection;
using Orleans.Concurrency;

namespace CityTwin.Grains.Zones;

/// <summary>One zone: owns its posture, planned work and head count. Its status is derived by the view.</summary>
[Alias("CityTwin.IZoneGrain")]
public interface IZoneGrain : IInspectable
{
    /// <param name="request">The caller's id of the command, as in all of these: repeating it does nothing.</param>
    /// <returns>Where it stands in the change log; null when the request was known.</returns>
    Task<long?> SetPosture(string request, SecurityPosture posture, string by, string reason);

    /// <param name="until">Null ends it.</param>
    Task<long?> PlanWork(string request, DateTimeOffset? until, string by, string reason);

    /// <param name="people">Null = the count no longer holds.</param>
    Task<long?> Count(string request, int? people, string by);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<ZoneFacts> Read();
}
