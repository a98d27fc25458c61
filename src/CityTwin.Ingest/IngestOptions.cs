using System.Net;
using System.Net.Security;
using CityTwin.Core.Access;
using CityTwin.Ingest.Sparkplug;

namespace CityTwin.Ingest;

/// <summary>How readings come in over MQTT. Every limit has an outcome, said beside it.</summary>
public sealed record IngestOptions
{
    /// <summary>The first levels of every topic; sensors publish under <c>{prefix}/sensors/{sensor}/reading</c> and <c>.../event</c>.</summary>
    public string Prefix { get; init; } = TopicRules.Prefix;

    /// <summary>Where the embedded broker listens.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The embedded broker's port, 1..65535.</summary>
    public int Port { get; init; } = 1883;

    /// <summary>What the embedded broker shows at each handshake, with what leads to its authority; null = it speaks in the clear.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>A broker of somebody else's to subscribe at; null = the embedded one.</summary>
    public ExternalBrokerOptions? External { get; init; }

    /// <summary>What of the external broker's topics is Sparkplug B; null = nothing.</summary>
    public SparkplugOptions? Sparkplug { get; init; }

    /// <summary>User name and password that the embedded broker asks for; null = none.</summary>
    public MqttCredentials? Credentials { get; init; }

    /// <summary>A larger payload is malformed, 1 KiB..16 MiB.</summary>
    public int PayloadBytesMax { get; init; } = 256 * 1024;

    /// <summary>A longer batch is malformed, 1..10000.</summary>
    public int BatchMax { get; init; } = 1000;

    /// <summary>
    /// Messages stored at one time, 1..65535, where each 256 bytes of a long one count as another; further ones wait unread.
    /// More than a full group of the storage: with one alone, acknowledgements and arrivals would stand still while it is committed.
    /// </summary>
    public int InFlightMax { get; init; } = 4096;

    /// <summary>Connections to the embedded broker at one time; a further one is refused as "server busy".</summary>
    public int ConnectionsMax { get; init; } = 1000;

    /// <summary>
    /// Messages waiting for one slow or absent subscriber of the embedded broker; then the oldest is dropped. Who has missed
    /// as many again is cut off and has to subscribe anew.
    /// </summary>
    public int PendingPerSubscriberMax { get; init; } = 1000;

    /// <summary>
    /// How long the embedded broker keeps the session of a client that is away, 1 s..30 d; it tells a client that asks for
    /// longer. In memory: it is for a reconnect, not for a night.
    /// </summary>
    public TimeSpan SessionKeptMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Sessions of clients that are away; with more, the one that ends first is dropped.</summary>
    public int AbsentSessionsMax { get; init; } = 1000;

    /// <summary>The latest malformed inputs kept for reading; older ones are only counted.</summary>
    public int MalformedKept { get; init; } = 256;

    /// <summary>Tries to store a message before its connection is dropped, so that it is sent again later.</summary>
    public int StoreTriesMax { get; init; } = 3;

    /// <summary>All that is wrong with these options, each naming its key; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        void Expect(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }

        Expect(Prefix.Length is > 0 and <= 128 && Prefix.IndexOfAny(['+', '#', '\0']) < 0 && Prefix.Trim('/') == Prefix,
            "Prefix: 1..128 characters without + and #, neither beginning nor ending with a slash.");
        Expect(Port is >= 1 and <= 65535, $"Port: {Port} is not in 1..65535.");
        Expect(PayloadBytesMax is >= 1024 and <= 16 * 1024 * 1024, $"PayloadBytesMax: {PayloadBytesMax} is not in 1024..16777216.");
        Expect(BatchMax is >= 1 and <= 10_000, $"BatchMax: {BatchMax} is not in 1..10000.");
        Expect(InFlightMax is >= 1 and <= 65535, $"InFlightMax: {InFlightMax} is not in 1..65535.");
        Expect(ConnectionsMax >= 1, $"ConnectionsMax: {ConnectionsMax} is below 1.");
        Expect(PendingPerSubscriberMax >= 1, $"PendingPerSubscriberMax: {PendingPerSubscriberMax} is below 1.");
        Expect(SessionKeptMax >= TimeSpan.FromSeconds(1) && SessionKeptMax <= TimeSpan.FromDays(30), $"SessionKeptMax: {SessionKeptMax} is not in 1 s..30 d.");
        Expect(AbsentSessionsMax >= 1, $"AbsentSessionsMax: {AbsentSessionsMax} is below 1.");
        Expect(MalformedKept is >= 1 and <= 100_000, $"MalformedKept: {MalformedKept} is not in 1..100000.");
        Expect(StoreTriesMax is >= 1 and <= 100, $"StoreTriesMax: {StoreTriesMax} is not in 1..100.");
        Expect(External is null || External.Host.Length > 0, "External.Host: empty.");
        Expect(External is null || External.Port is >= 1 and <= 65535, $"External.Port: {External?.Port} is not in 1..65535.");
        Expect(External is null || External.ClientId.Length is > 0 and <= 128, "External.ClientId: 1..128 characters.");
        Expect(External?.SharedBy is not { } shared || (shared.Length is > 0 and <= 128 && shared.IndexOfAny(['/', '+', '#', '\0']) < 0),
            "External.SharedBy: 1..128 characters without / + and #.");
        Expect(External is null || External.Slots is >= 1 and <= ExternalBrokerOptions.SlotsMax, $"External.Slots: {External?.Slots} is not in 1..{ExternalBrokerOptions.SlotsMax}.");
        Expect(External is null || External.Slots == 1 || External.SharedBy is not null, "External.Slots: more than one session needs SharedBy, or each would get every message.");
        Expect(Sparkplug is null || External is not null, "Sparkplug: needs an external broker; the embedded one carries nothing outside of the city's prefix.");
        faults.AddRange(Sparkplug?.Faults() ?? []);
        return faults;
    }
}

/// <summary>A broker run by somebody else.</summary>
public sealed record ExternalBrokerOptions
{
    public required string Host { get; init; }

    public int Port { get; init; } = 1883;

    public bool UseTls { get; init; }

    /// <summary>User name and password, read by whoever made these options from a file or the environment, never from the command line.</summary>
    public MqttCredentials? Credentials { get; init; }

    /// <summary>The most sessions at the broker.</summary>
    public const int SlotsMax = 64;

    /// <summary>
    /// Names the sessions that the broker keeps for us while we are away: the first slot is called so, others have a number
    /// behind it. The same for all silos of a city, which lease the slots.
    /// </summary>
    public string ClientId { get; init; } = "citytwin-ingest";

    /// <summary>The name under which several silos share the subscription, so that each message goes to one of them; null = all of it is ours.</summary>
    public string? SharedBy { get; init; }

    /// <summary>
    /// Sessions at the broker, 1..<see cref="SlotsMax"/>, for all silos together; more than one needs <see cref="SharedBy"/>. With fewer than silos, some
    /// take nothing in. A number once used stays in use while silos run with fewer: its session may keep messages.
    /// </summary>
    public int Slots { get; init; } = 1;

    /// <summary>How long the broker keeps our session, and what was not acknowledged, while we are away.</summary>
    public TimeSpan SessionExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>True for brokers that do not speak MQTT 5.</summary>
    public bool UseMqtt311 { get; init; }

    /// <summary>The longest pause between two tries to connect.</summary>
    public TimeSpan ReconnectMax { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>A user name and its password.</summary>
public sealed record MqttCredentials(string User, string Password)
{
    public override string ToString() => User;
}
