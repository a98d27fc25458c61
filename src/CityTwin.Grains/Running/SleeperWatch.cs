using System.Collections.Immutable;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Serialization;

namespace CityTwin.Grains.Running;

/// <summary>
/// Wakes sleepers when they are due. Those of this silo tell it their time; those that slept when a silo came or went are
/// known from the change log without waking any. Every silo then wakes each of them, so that none is forgotten whichever
/// silo goes next: the second finds nothing to do.
/// </summary>
internal sealed partial class SleeperWatch : BackgroundService
{
    private readonly WatchWheel<GrainId> _wheel;
    private readonly Serializer _serializer;
    private readonly RunningInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public SleeperWatch(IGrainFactory grains, Serializer serializer, RunningInstruments instruments, TimeProvider time, ILogger<SleeperWatch> log)
    {
        (_serializer, _instruments, _time, _log) = (serializer, instruments, time, log);
        _wheel = new(grain => grains.GetGrain<ISleeper>(grain).Wake(), WakeFailed, time);
    }

    /// <summary>A grain of this silo is now due at this time; null = not any more.</summary>
    public void Expect(GrainId grain, DateTimeOffset? due) => _wheel.Set(grain, due);

    /// <summary>
    /// What a grain publishes with the save that changes when it is due; nothing while that stays. Until the grain expects
    /// one of the two, the earlier one holds: nobody may know how the save ended.
    /// </summary>
    public ImmutableArray<PublishedChange> Publish(GrainId grain, DateTimeOffset? before, DateTimeOffset? after)
    {
        if (before == after)
        {
            return [];
        }

        Expect(grain, before < after ? before : after ?? before);
        return [new(PublishedKind.Due, grain.ToString(), after is { } due ? _serializer.SerializeToArray(due) : null)];
    }

    /// <summary>Everybody who is known to sleep, as the change log says.</summary>
    public void Resume(ChangeSnapshot snapshot) => _wheel.SetWhereNone(
        from row in snapshot.Rows
        where row is { Kind: PublishedKind.Due, Published: not null }
        select (GrainId.Parse(row.Key), _serializer.Deserialize<DateTimeOffset>(row.Published!.Value)));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WatchWheel<GrainId>.Beat, _time);
        do
        {
            await _wheel.AskDue(stoppingToken);
            _instruments.SleepersStuck = _wheel.Stuck;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(2203, LogLevel.Warning, "Grain {Grain} was due and could not be woken; it is tried again.")]
    private partial void WakeFailed(GrainId grain, Exception failure);
}
