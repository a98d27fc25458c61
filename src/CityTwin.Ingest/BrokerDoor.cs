using System.Net;
using CityTwin.Core.Access;

namespace CityTwin.Ingest;

/// <summary>
/// Who may do what at the embedded broker: a client shows its key as the password. Without a door in the host anybody who
/// reaches the port may publish and subscribe; that is for loopback alone.
/// </summary>
/// <param name="WhoIs">By user name and password; null = nobody.</param>
/// <param name="IsGood">Whether who was let in still is: the key has not been revoked, changed or run out since.</param>
/// <param name="MayPublish">To a topic without the city's prefix.</param>
/// <param name="MaySubscribe">To a filter, likewise.</param>
/// <param name="Refused">Told of every refusal: who was let in before (null = nobody has been), the action and the address.</param>
public sealed record BrokerDoor(
    Func<string?, string, Principal?> WhoIs,
    Func<Principal, bool> IsGood,
    Func<Principal, string, bool> MayPublish,
    Func<Principal, string, bool> MaySubscribe,
    Action<Principal?, string, IPAddress?> Refused)
{
    /// <summary>A topic or filter without the city's prefix; null when it lies outside the city.</summary>
    internal static string? Within(string prefix, string topic) =>
        topic.StartsWith(prefix + "/", StringComparison.Ordinal) ? topic[(prefix.Length + 1)..] : null;
}
