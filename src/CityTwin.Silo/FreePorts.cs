using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace CityTwin.Silo;

/// <summary>Looks at ports before anything is started, so that a taken one is told in one line.</summary>
internal static class FreePorts
{
    /// <exception cref="StartRefusedException">A port is taken.</exception>
    public static void Require(params ReadOnlySpan<(int Port, string Option)> ports)
    {
        var listening = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(endpoint => endpoint.Port).ToHashSet();
        var seen = new HashSet<int>();
        foreach (var (port, option) in ports)
        {
            if (!seen.Add(port))
            {
                throw new StartRefusedException($"port {port} is given twice; choose another one with {option}.");
            }

            if (listening.Contains(port))
            {
                throw new StartRefusedException($"port {port} is taken; stop the program that holds it or choose another one with {option}.");
            }
        }
    }

    /// <summary>A port that nobody listens on now, for what only this machine's silo uses.</summary>
    public static int Any()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
