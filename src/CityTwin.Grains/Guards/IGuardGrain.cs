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

    /// <param name="request">The caller's id of the command, as in all of these: repeating it does nothing.</param>
    Task<GuardOutcome> Dispatch(string request, ZoneId place, string by, string reason);

    Task<GuardOutcome> Progress(string request, GuardDuty reached);

    Task<GuardOutcome> Shift(string request, bool isOnDuty);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<GuardStatus> Read();
}

/// <summary>What a command to a guard led to.</summary>
/// <param name="Fault">Why it was refused; null when it was carried out, or was so already.</param>
/// <param name="Seq">Where it stands in the change log; null when the request was known.</param>
[GenerateSerializer, Alias("guard-outcome"), Immutable]
public readonly record struct GuardOutcome(GuardFault? Fault, long? Seq);
