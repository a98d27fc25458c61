using System.CommandLine;
using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach replay CITY SCENARIO</c>: one run as a story, and what would have changed it.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var arguments = new BreachArguments();
        var number = new Option<int?>("--run")
        {
            Description = $"Which run, 0 to {BreachScenario.RunsMax - 1}. Without it the first in which the attack succeeds.", HelpName = "N",
        };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = arguments.AddTo(
            new Command("replay", "Tells one run of a breach scenario as a story, with times and evidence, and which single change would have made a difference."),
            isOfManyRuns: false);
        command.Add(number);
        command.Add(json);
        command.SetAction((result, cancellation) =>
        {
            if (result.GetValue(number) is < 0 or >= BreachScenario.RunsMax)
            {
                throw new CommandFailedException($"--run must be 0 to {BreachScenario.RunsMax - 1}.");
            }

            var (city, start, scenario) = arguments.Load(result);
            var job = new BreachJob(city, start, scenario with { InputDraws = 0 }, cancellation);
            var replay = Replay.Of(job, result.GetValue(number) ?? Replay.FirstSuccess(job), cancellation);
            SimulateCommand.Deliver(result, Written(replay, result.GetValue(json)), arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static byte[] Written(Replay replay, bool isJson)
    {
        if (isJson)
        {
            return ReplayJson.Write(replay);
        }

        using var writer = new StringWriter { NewLine = "\n" };
        ReplayText.Write(writer, replay);
        return Encoding.UTF8.GetBytes(writer.ToString());
    }
}
