using CityTwin.Grains.Storing;
using CityTwin.Ingest.Sparkplug;
using CityTwin.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MQTTnet;
using MQTTnet.Formatter;
using Xunit;

namespace CityTwin.Ingest.Tests;

/// <summary>Ingest as the silo runs it, before recording sensors.</summary>
internal sealed class IngestHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private IngestHost(ServiceProvider services, IngestOptions options)
    {
        _services = services;
        Options = options;
    }

    public IngestOptions Options { get; }

    public MalformedLog Malformed => _services.GetRequiredService<MalformedLog>();

    public IMqttPublisher Publisher => _services.GetRequiredService<IMqttPublisher>();

    public IngestInstruments Instruments => _services.GetRequiredService<IngestInstruments>();

    /// <summary>Where Sparkplug topics are configured.</summary>
    public SparkplugConnection EdgeNodes => _services.GetRequiredService<SparkplugConnection>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<IngestHost> Start(
        RecordingDoor sensors, Func<IngestOptions, IngestOptions>? change = null, TimeProvider? time = null, BrokerDoor? door = null, ILeases? leases = null)
    {
        var options = new IngestOptions { Port = Mosquitto.FreePort() };
        options = change?.Invoke(options) ?? options;
        var services = new ServiceCollection().AddLogging().AddSingleton<ISensorDoor>(sensors).AddSingleton(time ?? TimeProvider.System)
            .AddSingleton(leases ?? new LeaseTable(TimeProvider.System)).AddCityTwinIngest(options);
        if (door is not null)
        {
            services.AddSingleton(door);
        }

        var host = new IngestHost(services.BuildServiceProvider(), options);
        foreach (var service in host._services.GetServices<IHostedService>())
        {
            await service.StartAsync(Cancellation);
        }

        return host;
    }

    /// <summary>A client connected to the broker that this ingest listens at.</summary>
    public Task<IMqttClient> Connect(MqttProtocolVersion version = MqttProtocolVersion.V500) =>
        Connect(Options.External?.Port ?? Options.Port, version);

    public static async Task<IMqttClient> Connect(int port, MqttProtocolVersion version = MqttProtocolVersion.V500)
    {
        var client = new MqttClientFactory().CreateMqttClient();
        var connected = await client.ConnectAsync(
            new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithProtocolVersion(version).Build(), Cancellation);
        Assert.Equal(MqttClientConnectResultCode.Success, connected.ResultCode);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
    }
}

/// <summary>How tests publish.</summary>
internal static class Publishing
{
    public static Task<MqttClientPublishResult> Publish(this IMqttClient client, string topic, string payload, bool retain = false) =>
        client.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic("citytwin/v1/" + topic).WithPayload(payload)
                .WithRetainFlag(retain)
                .WithQualityOfServiceLevel(MQTTnet.Protocol.MqttQualityOfServiceLevel.AtLeastOnce).Build(),
            TestContext.Current.CancellationToken);

    /// <summary>Subscribes, and gives each topic and payload as it comes.</summary>
    public static async Task<System.Threading.Channels.ChannelReader<(string Topic, string Payload)>> Listen(this IMqttClient client, string filter)
    {
        var heard = System.Threading.Channels.Channel.CreateUnbounded<(string, string)>();
        client.ApplicationMessageReceivedAsync += received =>
        {
            heard.Writer.TryWrite((received.ApplicationMessage.Topic, received.ApplicationMessage.ConvertPayloadToString()));
            return Task.CompletedTask;
        };
        await client.SubscribeAsync("citytwin/v1/" + filter, cancellationToken: TestContext.Current.CancellationToken);
        return heard.Reader;
    }
}
