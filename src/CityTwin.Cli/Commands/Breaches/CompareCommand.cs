using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach compare CITY SCENARIO SCENARIO2</c>, or one scenario <c>--with</c> defences: what differs, run by run.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var arguments = new BreachArguments();
        var second = new Argument<string?>("SCENARIO2") { Description = "The scenario to put beside the first.", Arity = ArgumentArity.ZeroOrOne };
        var with = new Option<string[]>("--with")
        {
            Description = "Instead of a second scenario: the first one with these defences in place.", HelpName = "ID", AllowMultipleArgumentsPerToken = true,
        };
        var json = new Option<bool>("--json") { Description = "Write JSON." };
        var command = arguments.AddTo(
            new Command("compare", "Puts two breach scenarios side by side, or one without and with defences, with paired differences and what cannot be told apart."));
        command.Add(second);
        command.Add(with);
        command.Add(json);
        command.SetAction((result, cancellation) =>
        {
            var (name, defences) = (result.GetValue(second), result.GetValue(with) ?? []);
            if (name is null == (defences.Length == 0))
            {
                throw new CommandFailedException("Say either SCENARIO2 or --with DEFENCE.");
            }

            var (city, start, scenario) = arguments.Load(result);
            scenario = scenario with { InputDraws = 0 };
            var (otherStart, other) = name is not null ? arguments.LoadBeside(result, city, name, scenario)
                : (start, scenario with { Defences = With(city, scenario, defences) });
            var report = BreachArguments.WithProgress(result, scenario.Name, progress =>
            {
                var job = new CompareJob(new(city, start, scenario, cancellation), new(city, otherStart, other, cancellation));
                var all = PartRunner.Run(job, arguments.Threads(result), progress, cancellation);
                return CompareReport.Of(job, all, scenario.Name, name is null ? $"{scenario.Name}, with {string.Join(", ", defences)}" : other.Name, BreachReport.DefaultConfidence);
            });
            SimulateCommand.Deliver(result, Written(report, result.GetValue(json)), arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static ImmutableArray<DefenceId> With(City city, BreachScenario scenario, string[] defences)
    {
        var ids = defences.Select(id => new DefenceId(id)).ToList();
        BreachArguments.CheckDefences(city, "--with", ids);
        return [.. scenario.Defences.Concat(ids).Distinct().Order()];
    }

    private static byte[] Written(CompareReport report, bool isJson)
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
