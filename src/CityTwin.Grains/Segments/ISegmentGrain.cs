using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Running;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Segments;

/// <summary>One grid segment: owns its causes, evaluates its own rule when the coordinator asks.</summary>
[Alias("CityTwin.ISegmentGrain")]
public interface ISegmentGrain : ITellReceiver, ITellSender, ISleeper, IInspectable
{
    /// <summary>Sets or lifts a cause. Returns once it is saved; the cascade follows by itself.</summary>
    /// <returns>Where it stands in the change log; null when the request was known or changed nothing.</returns>
    Task<long?> Command(SegmentCommand command);

    /// <summary>Evaluates the segment's rule for the coordinator; saves nothing.</summary>
    [ResponseTimeout("00:00:05")]
    Task<SegmentAnswer> Ask(SegmentAsk ask);

    /// <summary>Keeps what was decided; returns once it is saved.</summary>
    Task Commit(SegmentCommit commit);

    /// <summary>Another definition is in force: it puts itself in order, or forgets itself when the city no longer has it.</summary>
    Task Redefined(CityHash before, CityHash after);

    /// <summary>Its causes and its last decided level, as saved.</summary>
    [AlwaysInterleave]
    Task<SegmentState> Read();
}
