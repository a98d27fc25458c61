using System.Net;

namespace CityTwin.Silo;

/// <summary>What the command line says of a silo.</summary>
/// <param name="DataFolder">Where the city's state is kept.</param>
/// <param name="CityFolder">The definition to run; null = the one already kept, or the sample city in a new folder.</param>
/// <param name="HttpPort">Console, REST, <c>/metrics</c> and <c>/healthz</c>.</param>
/// <param name="GrpcPort">gRPC over HTTP/2.</param>
/// <param name="MqttPort">The embedded broker.</param>
/// <param name="HasFeed">Whether synthetic sensors publish; only for a sample city.</param>
/// <param name="Listen">Where the ports are: loopback, unless credentials are configured.</param>
/// <param name="Cluster">How it shares a city on PostgreSQL with other silos; null = the city is in <paramref name="DataFolder"/>, for this silo alone.</param>
internal sealed record SiloSettings(
    string DataFolder, string? CityFolder, int HttpPort, int GrpcPort, int MqttPort, bool HasFeed, IPAddress Listen, ClusterSettings? Cluster)
{
    /// <summary>What holds the city, for people.</summary>
    public string Keeper => Cluster is null ? $"'{DataFolder}'" : "the database";
}

/// <summary>The silo cannot start; the message is one line that says what is wrong and how to mend it.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
