using System.Globalization;

namespace CityTwin.Core.Access;

/// <summary>
/// How programs of the same person on the same machine get into an embedded silo: it leaves its key where only that person
/// may read, once for each of its ports, as a line that <c>curl -H @FILE</c> takes as it is.
/// </summary>
public static class LocalDoor
{
    private const string Header = "authorization: Bearer ";

    /// <param name="userData">The person's own folder for application data.</param>
    public static string FileOf(string userData, int port) => Path.Combine(userData, "citytwin", "doors", port.ToString(CultureInfo.InvariantCulture));

    public static string Write(string key) => $"{Header}{key}\n";

    /// <returns>The key; null when the text holds none.</returns>
    public static string? Read(string text) =>
        text.StartsWith(Header, StringComparison.Ordinal) && text[Header.Length..].Trim() is { Length: > 0 } key ? key : null;
}
