using System.CommandLine;

namespace CityTwin.Cli.Commands.Mqtt;

/// <summary><c>citytwin mqtt</c>: for those who run a broker of their own.</summary>
internal static class MqttCommand
{
    public static Command Create() => new("mqtt", "For a broker of one's own.") { AclCommand.Create() };
}
