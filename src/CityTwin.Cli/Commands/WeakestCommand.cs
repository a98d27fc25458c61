using System.CommandLine;
using System.Text;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin weakest CITY</c>: each zone's and service's worst single failure.</summary>
internal static class WeakestCommand
{
    public static Command Create()
    {
        var city = CityArgument.Create();
        var json = new Option<bool>("--json") { Description = "Write JSON, for programs." };
        var command = new Command("weakest",
            "Fails every segment by itself (N-1) and tells, for each service of each zone, the worst: what falls, and when it is dark.")
        {
            city, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var definition = CityArgument.Load(result, city);
            var start = SimulationStart.New(definition, SimulationStart.DefaultAt);
            try
            {
                var report = WeakestLink.Find(definition, start.ToState(Kernel.Compile(definition)), cancellation: cancellation);
                using var stream = new MemoryStream();
                Write(stream, report, result.GetValue(json));
                SimulateCommand.Deliver(result, stream.ToArray(), file: null);
            }
            catch (KernelLimitException exception)
            {
                throw new CommandFailedException(exception.Message);
            }

            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static void Write(MemoryStream stream, WeakestLinkReport report, bool asJson)
    {
        if (asJson)
        {
            ReportJson.Write(stream, report);
            stream.WriteByte((byte)'\n');
            return;
        }

        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        ReportText.WriteTable(writer, report);
    }
}
