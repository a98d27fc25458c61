using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CityTwin.Core.Sensing;
using CityTwin.Grains.Sensors;
using Orleans;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class GrainSensorDoorTests
{
    [Fact]
    public async Task Readings_of_one_sensor_reach_its_grain_one_after_the_other_and_those_of_another_at_once()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Grains>();
        var door = new GrainSensorDoor(grains, null!);
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
