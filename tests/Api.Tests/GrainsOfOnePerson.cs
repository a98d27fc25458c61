using System.Collections.Concurrent;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Cascades;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Zones;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Assets;
using CityTwin.Grains.Breaches;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Conduits;
using CityTwin.Grains.Guards;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Segments;
using CityTwin.Grains.Sensors;
using CityTwin.Grains.Zones;
using Orleans;
using Orleans.Runtime;

namespace CityTwin.Api.Tests;

/// <summary>Stands for the cluster where a test only wants to know what was asked of it: it writes down every order and carries none out.</summary>
internal sealed class GrainsOfOnePerson : IGrainFactory, ISegmentGrain, ICascadeGrain, IAlertGrain, IZoneGrain, IGuardGrain, ISensorGrain, IAssetGrain, IConduitGrain
{
    public ConcurrentQueue<SegmentCommand> Commands { get; } = [];

    public ConcurrentQueue<StartOrder> Starts { get; } = [];

    public ConcurrentQueue<string> Keys { get; } = [];

    /// <summary>These are carried out, one step whenever somebody waits for news.</summary>
    public BreachesOfOnePerson Breaches { get; } = new();

    /// <summary>What zones, guards and alerts were told, in words.</summary>
    public ConcurrentQueue<string> Told { get; } = [];

    public GuardFault? GuardFault { get; set; }

    /// <summary>What the next order throws.</summary>
    public Exception? Failure { get; set; }

    public AlertFault? AlertFault { get; set; }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        Keys.Enqueue(primaryKey);
        return (TGrainInterface)(typeof(TGrainInterface) == typeof(IBreachGrain) ? Breaches.Of(primaryKey) : (object)this);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable
    {
        Keys.Enqueue(grainId.ToString());
        return (TGrainInterface)(object)this;
    }

    public Task<long?> Command(SegmentCommand command)
    {
        Commands.Enqueue(command);
        return Failure is null ? Task.FromResult<long?>(7) : Task.FromException<long?>(Failure);
    }

    public Task<long?> Start(StartOrder order)
    {
        Starts.Enqueue(order);
        return Failure is null ? Task.FromResult<long?>(6) : Task.FromException<long?>(Failure);
    }

    public ConcurrentQueue<DefinitionOrder> Definitions { get; } = [];

    public Task<DefinitionOutcome> Apply(DefinitionOrder order)
    {
        Definitions.Enqueue(order);
        return Failure is null ? Task.FromResult(new DefinitionOutcome(12, 34)) : Task.FromException<DefinitionOutcome>(Failure);
    }

    public Task<AlertOutcome> Acknowledge(string request, string by, string note) => Alert($"acknowledge {request} {by} {note}");

    public Task<AlertOutcome> Shelve(string request, string by, string reason, DateTimeOffset until) =>
        Alert($"shelve {request} {by} {reason} {until:yyyy-MM-dd}");

    public Task<AlertOutcome> Unshelve(string request, string by, string reason) => Alert($"unshelve {request} {by} {reason}");

    Task<AlertOutcome> IAlertGrain.Clear(string request, string by, string reason) => Alert($"clear {request} {by} {reason}");

    public Task<long?> SetPosture(string request, SecurityPosture posture, string by, string reason) =>
        Zone($"posture {request} {posture} {by} {reason}");

    public Task<long?> PlanWork(string request, DateTimeOffset? until, string by, string reason) =>
        Zone(until is null ? $"end {request} {by} {reason}" : $"work {request} {by} {reason}");

    public Task<long?> Count(string request, int? people, string by) => Zone($"count {request} {people?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nobody"} {by}");

    public Task<GuardOutcome> Dispatch(string request, ZoneId place, string by, string reason) => Guard($"dispatch {request} {place} {by} {reason}");

    public Task<GuardOutcome> Progress(string request, GuardDuty reached) => Guard($"report {request} {reached}");

    public Task<GuardOutcome> Shift(string request, bool isOnDuty) => Guard($"shift {request} {isOnDuty}");

    public Task<long?> Contain(string request, string by, string reason) => Attack($"contain {request} {by} {reason}");

    Task<long?> IAssetGrain.Clear(string request, string by, string reason) => Attack($"clear {request} {by} {reason}");

    public Task<long?> Isolate(string request, string by, string reason) => Attack($"isolate {request} {by} {reason}");

    public Task<long?> Rejoin(string request, string by, string reason) => Attack($"rejoin {request} {by} {reason}");

    Task<AssetStatus> IAssetGrain.Read() => Task.FromResult(AssetStatus.New(new("plc")) with { Posture = AssetPosture.Suspected });

    Task<ConduitStatus> IConduitGrain.Read() =>
        Task.FromResult(ConduitStatus.New(new("c-office")) with { Isolated = new("bert", "from the owner", DateTimeOffset.UnixEpoch) });

    public Task<GrainInspection> Inspect() =>
        Task.FromResult(new GrainInspection(
            "segment/g:pump", "silo-1", DateTimeOffset.UnixEpoch, "3", "{}", null, 2, "late",
            [new(5, "cascade/c:city", "CeilingChange", "{}"), new(6, "alert/a:disagrees.segment.pump", "AlertRaised", "{}")]));

    Task<SegmentState> ISegmentGrain.Read() => Task.FromResult(new SegmentState(
        new(new("pump"), 1, [], 1000, 400, null), new(new("pump"), 99, 400, null), System.Collections.Immutable.ImmutableDictionary<string, long>.Empty, [], []));

    Task<CascadeStanding> ICascadeGrain.Read() => Task.FromResult(new CascadeStanding(1, 0, 0, false, 0, null, 0));

    Task<AlertStatus?> IAlertGrain.Read() => Task.FromResult<AlertStatus?>(new(
        new("offline.sensor.camera"), AlertPhase.Acknowledged, AlertSeverity.Serious, new("hospital"), "Silent.", DateTimeOffset.UnixEpoch,
        DateTimeOffset.UnixEpoch, 1, null, null, null, null, null));

    Task<ZoneFacts> IZoneGrain.Read() => Task.FromResult(
        ZoneFactRules.Count(ZoneFactRules.New(new("harbour")) with { Version = 1_000 }, 77, "anna"));

    Task<GuardStatus> IGuardGrain.Read() => Task.FromResult(
        new GuardStatus(new("rex"), GuardDuty.Available, default, DateTimeOffset.UnixEpoch, null, 1));

    Task<SensorState> ISensorGrain.Read() => Task.FromResult(SensorState.Initial with
    {
        Latest = new(new("camera"), 1, 41, DateTimeOffset.UnixEpoch, ReadingValue.Of("clear"), null), Sequence = 41, Condition = SensorCondition.Good,
    });

    public Task<SegmentAnswer> Ask(SegmentAsk ask) => throw NotAsked();

    public Task Commit(SegmentCommit commit) => throw NotAsked();

    public Task Hear(string from, long sequence, object message) => throw NotAsked();

    public Task Redefined(CityHash before, CityHash after) => throw NotAsked();

    public Task ResumeTells() => throw NotAsked();

    public Task Wake() => throw NotAsked();

    public Task Poke() => throw NotAsked();

    public Task Review(ZoneId? work) => throw NotAsked();

    public Task<long?> Move(LonLat position, DateTimeOffset at) => throw NotAsked();

    public Task<long?> Observe(Core.Sensing.Reading reading) => throw NotAsked();

    public Task<long?> Report(SensorEvent reported) => throw NotAsked();

    public Task<long?> Lose() => throw NotAsked();

    public Task<long?> Regain() => throw NotAsked();

    public Task CheckSilence(DateTimeOffset listeningSince) => throw NotAsked();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidKey => throw NotAsked();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerKey => throw NotAsked();

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithGuidCompoundKey => throw NotAsked();

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithIntegerCompoundKey => throw NotAsked();

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw NotAsked();

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver => throw NotAsked();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw NotAsked();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw NotAsked();

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw NotAsked();

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw NotAsked();

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw NotAsked();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw NotAsked();

    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw NotAsked();

    public IAddressable GetGrain(GrainId grainId) => throw NotAsked();

    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw NotAsked();

    private Task<AlertOutcome> Alert(string told)
    {
        Told.Enqueue(told);
        return Task.FromResult(new AlertOutcome(AlertFault, 8));
    }

    private Task<long?> Zone(string told)
    {
        Told.Enqueue(told);
        return Task.FromResult<long?>(10);
    }

    private Task<long?> Attack(string told)
    {
        Told.Enqueue(told);
        return Failure is null ? Task.FromResult<long?>(9) : Task.FromException<long?>(Failure);
    }

    private Task<GuardOutcome> Guard(string told)
    {
        Told.Enqueue(told);
        return Task.FromResult(new GuardOutcome(GuardFault, 11));
    }

    private static InvalidOperationException NotAsked() => new("The public interface has no reason to ask this.");
}
