using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Grains.Inspection;
using Orleans.Concurrency;

namespace CityTwin.Grains.Guards;

/// <summary>One guard: duty, position, order.</summary>
[Alias("CityTwin.IGuardGrain")]
public interface IGuardGrain : IInspectable
{
    Task<long?> Move(LonLat position, DateTimeOffset at);

    /// <returns>False when the guard is off duty.</returns>
    Task<bool> Dispatch(string request, ZoneId place, string by, string reason);

    Task<long?> Progress(GuardDuty reached);

    Task<long?> Shift(bool isOnDuty);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<GuardStatus> Read();
}
