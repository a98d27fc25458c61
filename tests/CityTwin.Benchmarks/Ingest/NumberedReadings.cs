using System.Collections.Immutable;
using System.Diagnostics;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Feed;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace CityTwin.Benchmarks.Ingest;

/// <summary>What the feed's sensors would say, each sensor in turn, numbered without gaps, and published as fast as the broker takes it.</summary>
internal sealed class NumberedReadings
{
    private const int Window = 256;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);
    private readonly ImmutableArray<Sensor> _sensors;
    private readonly Field _field;
    private readonly int _port;
    private readonly long _boot = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    private int _next;

    /// <param name="all">Also those that detect, and would rather report events.</param>
    public NumberedReadings(City city, ulong seed, int port, bool all = false) =>
        (_sensors, _field, _port) = (city.Sensors.RemoveAll(sensor => !all && sensor.Role == SensorRole.Detection), new(city, seed), port);

    /// <summary>The last sequence of each sensor that was published.</summary>
    public Dictionary<SensorId, long> Sent { get; } = [];

    /// <summary>Returns once the broker has acknowledged all of them.</summary>
    /// <param name="perSecond">How many a second, evenly; 0 = as fast as the broker takes them.</param>
    public async Task Publish(int count, CancellationToken cancellation, int perSecond = 0)
    {
        using var client = new MqttClientFactory().CreateMqttClient();
        await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", _port).WithProtocolVersion(MqttProtocolVersion.V500).Build(), cancellation);
        var unacknowledged = new Queue<Task>(Window);
        var began = Stopwatch.GetTimestamp();
        for (var n = 0; n < count; n++)
        {
            if (perSecond > 0 && TimeSpan.FromSeconds((double)n / perSecond) - Stopwatch.GetElapsedTime(began) is var early && early > Beat)
            {
                await Task.Delay(early, cancellation);
            }

            unacknowledged.Enqueue(client.PublishAsync(Next(), cancellation));
            if (unacknowledged.Count == Window)
            {
                await unacknowledged.Dequeue();
            }
        }

        await Task.WhenAll(unacknowledged);
        await client.DisconnectAsync(new(), cancellation);
    }

    private MqttApplicationMessage Next()
    {
        var sensor = _sensors[_next % _sensors.Length];
        var now = TimeProvider.System.GetUtcNow();
        var sequence = Sent[sensor.Id] = (_next++ / _sensors.Length) + 1;
        var message = FeedMessage.Of("citytwin/v1", new Core.Sensing.Reading(sensor.Id, _boot, sequence, now, _field.Read(sensor, now)), sensor.Unit);
        return new() { Topic = message.Topic, Payload = new(message.Payload), QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce };
    }
}
