using System.Text;
using CityTwin.Core.Views;
using Google.Protobuf;

namespace CityTwin.Api.Mapping;

/// <summary>Things of the city in the words of REST, for those who tell them without being asked.</summary>
public static class PublicJson
{
    internal static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    /// <summary>An alert as <c>GET /v1/alerts/{alert}</c> gives it, in UTF-8.</summary>
    public static byte[] Alert(CityVersion version, AlertView alert) => Encoding.UTF8.GetBytes(Formatter.Format(AlertMessages.Of(version, alert)));

    /// <summary>
    /// The zone at a place of the definition as <c>GET /v1/zones/{zone}</c> gives it, in UTF-8; without the forecasts
    /// (<c>timeToDark</c>, <c>weakestLink</c>), which change although the zone does not.
    /// </summary>
    public static byte[] Zone(CityVersion version, int place) => Encoding.UTF8.GetBytes(Formatter.Format(ZoneMessages.Of(version, place)));
}
