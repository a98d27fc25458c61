using CityTwin.Core.Access;
using CityTwin.Core.Model;

namespace CityTwin.Feed;

/// <summary>Where the synthetic sensors publish, and how lively they are.</summary>
public sealed record FeedOptions
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 1883;

    public string Prefix { get; init; } = TopicRules.Prefix;

    /// <summary>User name and password, where the broker asks for them.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Chooses noise and incidents; the same seed gives the same at the same hour.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Connections to the broker, 1..64.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Load only: messages of one connection not yet acknowledged, 1..1024.</summary>
    public int Window { get; init; } = 64;

    /// <summary>Load only: messages a second, of all sensors together; zero = as many as the broker acknowledges.</summary>
    public int PerSecondMax { get; init; }

    /// <summary>A lost broker is looked for at least this often.</summary>
    public TimeSpan LookForBrokerEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Sample only: about how often something happens; zero = never.</summary>
    public TimeSpan IncidentEvery { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Sample only: the city is left in peace for this long at first.</summary>
    public TimeSpan PeaceAtFirst { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What segments give in the world that the sensors measure, 0..1000 per mille; null = everything works. A feed beside
    /// a live city takes its levels, so that a meter in a dark street reads nothing.
    /// </summary>
    public Func<SegmentId, int>? LevelOf { get; init; }

    /// <summary>Called with one sentence for people when something happens or the broker is lost.</summary>
    public Action<string>? Say { get; init; }

    /// <summary>All that is wrong with these options; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults() =>
    [
        .. Port is >= 1 and <= 65535 ? Array.Empty<string>() : [$"Port: {Port} is not in 1..65535."],
        .. Connections is >= 1 and <= 64 ? Array.Empty<string>() : [$"Connections: {Connections} is not in 1..64."],
        .. Window is >= 1 and <= 1024 ? Array.Empty<string>() : [$"Window: {Window} is not in 1..1024."],
        .. PerSecondMax >= 0 ? Array.Empty<string>() : ["PerSecondMax: negative."],
        .. LookForBrokerEvery > TimeSpan.Zero ? Array.Empty<string>() : ["LookForBrokerEvery: not positive."],
        .. IncidentEvery >= TimeSpan.Zero ? Array.Empty<string>() : ["IncidentEvery: negative."],
    ];
}
