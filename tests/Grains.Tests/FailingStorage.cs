using System.Collections.Concurrent;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace CityTwin.Grains.Tests;

/// <summary>Real storage that fails when told to: before the write, or after it, when nobody learns the outcome.</summary>
internal sealed class FailingStorage(IGrainStorage real, FailingStorage.Plan plan) : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    public static void Put(ISiloBuilder silo, Plan plan)
    {
        var real = silo.Services.Last(service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, StorageNames.Published));
        silo.Services.Remove(real);
        silo.Services.AddKeyedSingleton<IGrainStorage>(StorageNames.Published, (services, key) =>
            new FailingStorage((IGrainStorage)real.KeyedImplementationFactory!(services, key), plan));
    }

    public void Participate(ISiloLifecycle lifecycle) => ((ILifecycleParticipant<ISiloLifecycle>)real).Participate(lifecycle);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ReadStateAsync(stateName, grainId, grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ClearStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await plan.Pass(stateName);
        var fails = plan.Next(stateName);
        if (fails == Failure.Before)
        {
            throw new SaveFailedException("The disk is full.");
        }

        await real.WriteStateAsync(stateName, grainId, grainState);
        if (fails == Failure.After)
        {
            throw new SaveOutcomeUnknownException("The disk was taken out.");
        }
    }

    public enum Failure
    {
        None,
        Before,
        After,
    }

    /// <summary>Which of the coming writes fail.</summary>
    public sealed class Plan
    {
        private readonly ConcurrentDictionary<string, ConcurrentQueue<Failure>> _coming = new();
        private readonly ConcurrentDictionary<string, SemaphoreSlim> _held = new();

        /// <summary>The next writes of states with this name fare so, one after the other.</summary>
        public void Add(string stateName, params ReadOnlySpan<Failure> failures)
        {
            var queue = _coming.GetOrAdd(stateName, _ => new());
            foreach (var failure in failures)
            {
                queue.Enqueue(failure);
            }
        }

        /// <summary>From now on a write of a state with this name waits until it is let through.</summary>
        /// <returns>Lets through as many as it is released.</returns>
        public SemaphoreSlim Hold(string stateName) => _held[stateName] = new(0);

        internal Task Pass(string stateName) => _held.TryGetValue(stateName, out var held) ? held.WaitAsync() : Task.CompletedTask;

        internal Failure Next(string stateName) =>
            _coming.TryGetValue(stateName, out var queue) && queue.TryDequeue(out var failure) ? failure : Failure.None;
    }
}
