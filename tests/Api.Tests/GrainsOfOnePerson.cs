using System.Collections.Concurrent;
using CityTwin.Core.Alerts;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Grains.Alerts;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Segments;
using Orleans;
using Orleans.Runtime;

namespace CityTwin.Api.Tests;

/// <summary>Stands for the cluster where a test only wants to know what was asked of it: it writes down every order and carries none out.</summary>
internal sealed class GrainsOfOnePerson : IGrainFactory, ISegmentGrain, ICascadeGrain, IAlertGrain
{
    public ConcurrentQueue<SegmentCommand> Commands { get; } = [];

    public ConcurrentQueue<StartOrder> Starts { get; } = [];

    public ConcurrentQueue<string> Keys { get; } = [];

    /// <summary>What the next order throws.</summary>
    public Exception? Failure { get; set; }

    public AlertFault? AlertFault { get; set; }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        Keys.Enqueue(primaryKey);
        return (TGrainInterface)(object)this;
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

    public Task Start(StartOrder order)
    {
        Starts.Enqueue(order);
        return Task.CompletedTask;
    }

    public Task<AlertOutcome> Acknowledge(string by, string note) => Task.FromResult(new AlertOutcome(AlertFault, 8));

    public Task<AlertOutcome> Shelve(string by, string reason, DateTimeOffset until) => Task.FromResult(new AlertOutcome(AlertFault, 9));

    public Task<GrainInspection> Inspect() =>
        Task.FromResult(new GrainInspection("segment/g:pump", "silo-1", DateTimeOffset.UnixEpoch, "3", "{}", null, 2, "late"));

    Task<SegmentState> ISegmentGrain.Read() => Task.FromResult(new SegmentState(
        new(new("pump"), 1, [], 1000, 400, null), new(new("pump"), 99, 400, null), System.Collections.Immutable.ImmutableDictionary<string, long>.Empty, [], []));

    Task<CascadeStanding> ICascadeGrain.Read() => Task.FromResult(new CascadeStanding(1, 0, 0, false, 0, null));

    Task<AlertStatus?> IAlertGrain.Read() => throw NotAsked();

    public Task<SegmentAnswer> Ask(SegmentAsk ask) => throw NotAsked();

    public Task Commit(SegmentCommit commit) => throw NotAsked();

    public Task Hear(string from, long sequence, object message) => throw NotAsked();

    public Task ResumeTells() => throw NotAsked();

    public Task Wake() => throw NotAsked();

    public Task Poke() => throw NotAsked();

    public Task<AlertOutcome> Unshelve() => throw NotAsked();

    public Task<AlertOutcome> Clear(string by, string reason) => throw NotAsked();

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

    private static InvalidOperationException NotAsked() => new("The public interface has no reason to ask this.");
}
