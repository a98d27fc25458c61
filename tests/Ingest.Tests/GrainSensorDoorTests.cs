using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Sensors;
using Microsoft.Extensions.Time.Testing;
using Orleans;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class GrainSensorDoorTests
{
    [Fact]
    public async Task Readings_of_one_sensor_reach_its_grain_one_after_the_other_and_those_of_another_at_once()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        var door = new GrainSensorDoor(grains, CatalogOfMeter(), TimeProvider.System);
        var (first, asked) = (new TaskCompletionSource<long?>(), ((Grains)(object)grains).Asked);
        ((Grains)(object)grains).Answers.Enqueue(first.Task);

        var one = door.Observe(Reading("meter", 1));
        var two = door.Observe(Reading("meter", 2));
        var three = door.Observe(Reading("meter", 3));
        await door.Observe(Reading("breaker", 1));

        Assert.Equal(["meter 1", "breaker 1"], asked);
        first.SetException(new IOException("disk full"));
        await Assert.ThrowsAsync<IOException>(() => one);
        await two;
        await three;
        Assert.Equal(["meter 1", "breaker 1", "meter 2", "meter 3"], asked);
    }

    [Fact]
    public async Task Reading_that_its_grain_refused_says_why_and_a_repeat_is_no_refusal()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        var door = new GrainSensorDoor(DispatchProxy.Create<IGrainFactory, Grains>(), CatalogOfMeter(), time);

        Assert.Null(await door.Observe(Reading("meter", 1)));
        Assert.Equal(
            ReadingFault.FromTheFuture,
            await door.Observe(Reading("meter", 2) with { ObservedAt = time.GetUtcNow() + SensorRules.FutureMax + TimeSpan.FromTicks(1) }));
    }

    private static ICityCatalog CatalogOfMeter()
    {
        var catalog = DispatchProxy.Create<ICityCatalog, Catalog>();
        ((Catalog)(object)catalog).Current = new(new(new(new string('0', 64)), "Meters", "UTC", true, [], [], [], [RecordingDoor.Meter], [], [], []));
        return catalog;
    }

    /// <summary>Knows one definition.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy derives from it.")]
    private class Catalog : DispatchProxy
    {
        public CityPlan Current { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Current;
    }

    private static Reading Reading(string sensor, long sequence) =>
        new(new(sensor), 1, sequence, DateTimeOffset.UnixEpoch, ReadingValue.Of(1));

    /// <summary>Gives one grain for all sensors, which writes down what it is asked and answers as told, or at once.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy derives from it.")]
    private class Grains : DispatchProxy
    {
        public List<string> Asked { get; } = [];

        public Queue<Task<long?>> Answers { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var grain = Create<ISensorGrain, Grain>();
            ((Grain)(object)grain).Grains = this;
            return grain;
        }
    }

    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "The proxy derives from it.")]
    private class Grain : DispatchProxy
    {
        public Grains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var reading = (Reading)args![0]!;
            Grains.Asked.Add($"{reading.Sensor} {reading.Sequence}");
            return Grains.Answers.TryDequeue(out var answer) ? answer : Task.FromResult<long?>(null);
        }
    }
}
