namespace CityTwin.Ingest;

/// <summary>
/// Publishes what goes out over the broker that readings come in by: the embedded one, or the external one. Topics
/// that come in are refused, so that nothing goes round in a loop.
/// </summary>
public interface IMqttPublisher
{
    /// <summary>Publishes under <c>{prefix}/{topic}</c> at QoS 1.</summary>
    /// <param name="topic">Such as <c>alerts</c> or <c>zones/harbour/status</c>; not under <c>sensors/</c>.</param>
    /// <param name="payload">JSON in UTF-8.</param>
    /// <param name="retain">True for what a newcomer must see at once: the latest of each topic is kept by the broker.</param>
    /// <exception cref="InvalidOperationException">The broker cannot be reached now, or refuses it; try again later.</exception>
    Task Publish(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken cancellation);

    /// <summary>
    /// Grows each time the broker may have lost what it retained (our own restarted, or we connected anew): whoever
    /// publishes retained topics then publishes all of them again. 0 = never connected.
    /// </summary>
    long Generation { get; }

    /// <summary>
    /// Of several silos at one external broker one is elected to publish for all: grows each time this one is, 0 = another
    /// one publishes now. Whoever was not elected before asks anew how far the one before had come.
    /// </summary>
    long Election { get; }

    /// <summary>What keeps messages from coming in or going out now, in one line; null = nothing that we know of.</summary>
    string? Trouble { get; }
}
