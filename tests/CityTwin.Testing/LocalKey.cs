using System.Net.Http.Headers;
using CityTwin.Core.Access;

namespace CityTwin.Testing;

/// <summary>The key that an embedded silo leaves for the programs of whoever started it.</summary>
public static class LocalKey
{
    /// <summary>Shows it with every request from now on, as soon as the silo has left it.</summary>
    public static void Show(HttpClient http, int port)
    {
        if (Find(port) is { } key)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>The key of the silo at a port; null when it has left none.</summary>
    public static string? Find(int port)
    {
        var door = LocalDoor.FileOf(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), port);
        return File.Exists(door) ? LocalDoor.Read(File.ReadAllText(door)) : null;
    }
}
