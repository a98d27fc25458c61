using System.Globalization;

namespace CityTwin.Ingest.Leasing;

/// <summary>
/// What the slots of a city, and the leases of them, are called. A slot's lease has the name of its client id, because that
/// is what only one may use. The first is the bare client id: one silo alone has the session that it always had.
/// </summary>
internal readonly record struct SlotNames(string ClientId)
{
    /// <summary>The lease of those who publish for all; one for a city, whatever client ids its silos say.</summary>
    public const string PublisherLease = "mqtt-publisher";

    /// <summary>The session of whoever publishes.</summary>
    public string Publisher => $"{ClientId}-publisher";

    public string Slot(int number) => number == 0 ? ClientId : string.Create(CultureInfo.InvariantCulture, $"{ClientId}-{number}");

    /// <summary>Shows the others that this silo takes part.</summary>
    public string Presence(string owner) => $"{ClientId}/{owner}";

    public bool IsPresence(string lease) => lease.StartsWith($"{ClientId}/", StringComparison.Ordinal);
}
