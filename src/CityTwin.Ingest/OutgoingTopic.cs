using MQTTnet;
using MQTTnet.Protocol;

namespace CityTwin.Ingest;

/// <summary>Makes the messages that go out.</summary>
internal static class OutgoingTopic
{
    public static MqttApplicationMessage Message(string prefix, string topic, ReadOnlyMemory<byte> payload, bool retain)
    {
        if (topic.StartsWith("sensors/", StringComparison.Ordinal) || topic.IndexOfAny(['+', '#', '\0']) >= 0 || topic.Length == 0)
        {
            throw new ArgumentException($"'{topic}' is no outgoing topic.", nameof(topic));
        }

        return new MqttApplicationMessage
        {
            Topic = $"{prefix}/{topic}",
            Payload = new(payload),
            Retain = retain,
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
        };
    }
}
