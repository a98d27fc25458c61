using System.CommandLine;
using System.Text;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach path CITY SCENARIO</c>: the most vulnerable way on foot, task by task.</summary>
internal static class PathCommand
{
    public static Command Create()
    {
        var arguments = new BreachArguments();
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = arguments.AddTo(
            new Command("path", "Tells the way on foot on which interruption is least likely, by EASI, with its critical detection point and the next best ways."),
            isOfManyRuns: false);
        command.Add(json);
        command.SetAction((result, cancellation) =>
        {
            var (city, start, scenario) = arguments.Load(result);
            var report = PathReport.Of(new BreachJob(city, start, scenario with { InputDraws = 0 }, cancellation));
            SimulateCommand.Deliver(result, Written(report, result.GetValue(json)), arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static byte[] Written(PathReport report, bool isJson)
    {
        if (isJson)
        {
            return report.ToJson();
        }

        using var writer = new StringWriter { NewLine = "\n" };
        report.WriteText(writer);
        return Encoding.UTF8.GetBytes(writer.ToString());
    }
}
