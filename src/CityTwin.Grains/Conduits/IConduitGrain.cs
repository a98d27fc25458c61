using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Model;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Conduits;

/// <summary>One conduit: owns whether it is isolated, and tells the segments it carries.</summary>
[Alias("CityTwin.IConduitGrain")]
public interface IConduitGrain : ITellSender, IInspectable
{
    /// <summary>Somebody cuts it. Returns once it is saved; what it carried falls by itself.</summary>
    /// <param name="request">The caller's id of the command, as in all of these: repeating it does nothing.</param>
    /// <returns>Where it stands in the change log; null when the request was known, or changed nothing.</returns>
    Task<long?> Isolate(string request, string by, string reason);

    /// <summary>Somebody joins it again.</summary>
    Task<long?> Rejoin(string request, string by, string reason);

    /// <summary>Another definition is in force: it puts itself in order, or lets go when the city no longer has it.</summary>
    Task Redefined(CityHash before, CityHash after);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<ConduitStatus> Read();
}
