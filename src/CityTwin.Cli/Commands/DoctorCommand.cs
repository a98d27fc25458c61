using System.CommandLine;
using CityTwin.Protocol.V1;
using Google.Protobuf;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin doctor</c>: whether a running silo is well, and what to do when it is not.</summary>
internal static class DoctorCommand
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static Command Create()
    {
        var server = RunningCity.Option();
        var json = new Option<bool>("--json") { Description = "Write JSON, for programs." };
        var command = new Command("doctor", "Asks a running silo how it and its cluster are; each trouble is a sentence with what to do. Ends with 0 when all is well, 1 when something is not.")
        {
            server, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var health = await RunningCity.Ask(result, server, client => client.Health.GetHealthAsync(new(), cancellationToken: cancellation).ResponseAsync);
            var output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(Formatter.Format(health));
            }
            else
            {
                Write(output, health);
            }

            return health.Troubles.Count == 0 ? ExitCode.Ok : ExitCode.Faults;
        });
        return command;
    }

    private static void Write(TextWriter output, SiloHealth health)
    {
        foreach (var trouble in health.Troubles)
        {
            output.WriteLine($"{(trouble.Severity == TroubleSeverity.Severe ? "SEVERE " : "warning")}  {trouble.Text}");
            output.WriteLine($"         {trouble.Advice}");
        }

        var active = health.Silos.Count(silo => silo.Standing == SiloStanding.Active);
        output.WriteLine(health.Troubles.Count == 0
            ? $"{health.Silo} is well, one of {active} active; {health.SensorsReporting} of {health.SensorsExpected} sensors report."
            : $"{health.Silo} has {(health.Troubles.Count == 1 ? "a trouble" : $"{health.Troubles.Count} troubles")}; it sees {active} active.");
    }
}
