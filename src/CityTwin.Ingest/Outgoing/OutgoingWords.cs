using CityTwin.Core.Views;

namespace CityTwin.Ingest.Outgoing;

/// <summary>
/// How the city is put into words for the world outside. The host brings them from the public interface, so that both say
/// the same; ingest does not know it.
/// </summary>
/// <param name="Alert">An alert, as one JSON object in UTF-8; the version is any that has it.</param>
/// <param name="Zone">The zone at this place of the definition, as one JSON object in UTF-8.</param>
public sealed record OutgoingWords(Func<CityVersion, AlertView, byte[]> Alert, Func<CityVersion, int, byte[]> Zone);
