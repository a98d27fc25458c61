using System.Net.Http.Headers;
using CityTwin.Core.Access;

namespace CityTwin.Testing;

/// <summary>The key that an embedded silo leaves for the programs of whoever started it.</summary>
public static class LocalKey
{
    /// <summary>Shows it with every request from now on, as soon as the silo has left it.</summary>
    public static void Show(HttpClient http, int port)
    {
        var door = LocalDoor.FileOf(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), port);
        if (File.Exists(door) && LocalDoor.Read(File.ReadAllText(door)) is { } key)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }
}
