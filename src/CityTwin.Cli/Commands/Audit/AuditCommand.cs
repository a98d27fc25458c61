using System.CommandLine;

namespace CityTwin.Cli.Commands.Audit;

/// <summary><c>citytwin audit</c>: the log of who did what.</summary>
internal static class AuditCommand
{
    public static Command Create() => new("audit", "The log of who did what: reads it out and checks it.")
    {
        ExportCommand.Create(),
        VerifyCommand.Create(),
    };
}
