using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Reading;
using CityTwin.Import.Sample;
using CityTwin.Import.Scenarios;
using Spectre.Console;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary>What the verbs of <c>citytwin breach</c> that run a scenario have in common.</summary>
internal sealed class BreachArguments
{
    private const int ThreadsMax = 1_024;

    private readonly Argument<string> _city = CityArgument.Create();
    private readonly Argument<string> _scenario = new("SCENARIO")
    {
        Description = $"A breach scenario: a JSON file, or one that ships: {string.Join(", ", ReadyScenarios.Names)}.",
    };

    private readonly Option<string?> _from = new("--from") { Description = "Start from this state (citytwin snapshot) instead of a new city.", HelpName = "SNAPSHOT" };
    private readonly Option<int?> _runs = new("--runs") { Description = $"How many runs, 1 to {BreachScenario.RunsMax}, instead of what the scenario says." };
    private readonly Option<ulong?> _seed = new("--seed") { Description = "The seed, instead of the scenario's." };
    private readonly Option<int?> _draws = new("--draws")
    {
        Description = $"How many times the inputs are drawn from their ranges, 0 or 2 to {BreachScenario.InputDrawsMax}, instead of what the scenario says.",
    };

    private readonly Option<string[]> _defences = new("--defence")
    {
        Description = "A defence of the city's catalogue that is in place; may be given several times.", HelpName = "ID",
    };

    private readonly Option<int> _threads = new("--threads") { Description = $"How many cores to use, 1 to {ThreadsMax}; the answer is the same on any number.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly Option<string?> _file = new("--out") { Description = "Write the report to a file.", HelpName = "FILE" };

    /// <param name="isOfManyRuns">False for a verb to which it does not matter how many runs there are.</param>
    public Command AddTo(Command command, bool isOfManyRuns = true)
    {
        command.Add(_city);
        command.Add(_scenario);
        foreach (var option in isOfManyRuns ? new Option[] { _from, _runs, _seed, _draws, _defences, _threads, _file } : [_from, _seed, _defences, _file])
        {
            command.Add(option);
        }

        return command;
    }

    public int Threads(ParseResult result) => result.GetValue(_threads);

    public string? File(ParseResult result) => result.GetValue(_file);

    /// <summary>The city, where runs begin, and the scenario with what the command line changes in it.</summary>
    /// <exception cref="CommandFailedException">Something has faults; all are told.</exception>
    public (City City, SimulationStart Start, BreachScenario Scenario) Load(ParseResult result)
    {
        if (File(result) is { } file && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw new CommandFailedException($"--out: there is no folder '{folder}' to write to.");
        }

        var city = CityArgument.Load(result, _city);
        var scenario = Changed(result, city, Read(result, city, result.GetRequiredValue(_scenario)));
        return (city, StartOf(result, city, scenario), scenario);
    }

    /// <summary>A second scenario, to be run with the seed and as often as the first.</summary>
    /// <exception cref="CommandFailedException">It has faults; all are told.</exception>
    public (SimulationStart Start, BreachScenario Scenario) LoadBeside(ParseResult result, City city, string name, BreachScenario first)
    {
        var scenario = Changed(result, city, Read(result, city, name)) with { Seed = first.Seed, Runs = first.Runs, InputDraws = first.InputDraws };
        return (StartOf(result, city, scenario), scenario);
    }

    /// <summary>The command line that makes the same report again, everything stated that a file or a default could change.</summary>
    /// <param name="more">Options of the verb itself.</param>
    public string CommandAgain(ParseResult result, string verb, BreachScenario scenario, FormattableString more)
    {
        var parts = new List<string> { "citytwin breach", verb, Quoted(result.GetRequiredValue(_city)), Quoted(result.GetRequiredValue(_scenario)) };
        if (result.GetValue(_from) is { } snapshot)
        {
            parts.Add($"--from {Quoted(snapshot)}");
        }

        parts.Add(string.Create(CultureInfo.InvariantCulture, $"--runs {scenario.Runs} --seed {scenario.Seed} --draws {scenario.InputDraws}"));
        parts.AddRange((result.GetValue(_defences) ?? []).Select(defence => $"--defence {defence}"));
        parts.Add(more.ToString(CultureInfo.InvariantCulture));
        return string.Join(' ', parts);
    }

    private static string Quoted(string argument) =>
        argument.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '/' or '\\' or '.' or '-' or '_' or ':' or '~') ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>A bar where a person watches; a log or a pipe gets the result only.</summary>
    public static T WithProgress<T>(ParseResult result, string what, Func<Action<double>, T> work)
    {
        if (Console.IsErrorRedirected || !ReferenceEquals(result.InvocationConfiguration.Error, Console.Error))
        {
            return work(_ => { });
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true).Start(context =>
        {
            var task = context.AddTask(what, maxValue: 1);
            return work(done => task.Value = done);
        });
    }

    /// <exception cref="CommandFailedException">The catalogue lacks one; all that it lacks are told.</exception>
    public static void CheckDefences(City city, string option, IEnumerable<DefenceId> ids)
    {
        if (Unknown(city, option, ids).ToList() is { Count: > 0 } faults)
        {
            throw Failed(faults);
        }
    }

    private static IEnumerable<string> Unknown(City city, string option, IEnumerable<DefenceId> ids)
    {
        var known = city.Security.Defences.Select(defence => defence.Id).ToHashSet();
        return ids.Where(id => !known.Contains(id)).Select(id =>
            $"{option}: the city's catalogue has no '{id}'{SpellingAdvice.EndOfSentence(id.Value, known.Select(one => one.Value))} (breach rank lists all there are)");
    }

    private static CommandFailedException Failed(IEnumerable<string> faults) => new(string.Join(Environment.NewLine + "citytwin: ", faults));

    private SimulationStart StartOf(ParseResult result, City city, BreachScenario scenario) =>
        result.GetValue(_from) is { } snapshot ? SimulateCommand.Snapshot(result, snapshot, city)
            : SimulationStart.New(city, scenario.StartsAt ?? SimulationStart.DefaultAt);

    private static BreachScenario Read(ParseResult result, City city, string name)
    {
        if (ReadyScenarios.Open(name, city) is null && !System.IO.File.Exists(name))
        {
            throw new CommandFailedException(
                $"No scenario of the name '{name}' ships, and there is no such file{SpellingAdvice.EndOfSentence(name, ReadyScenarios.Names)} There are: {string.Join(", ", ReadyScenarios.Names)}.");
        }

        var read = ReadyScenarios.Open(name, city) ?? BreachScenarioReader.Read(Path.GetFileName(name), SimulateCommand.ReadFile(name), city);
        return read.Scenario ?? throw SimulateCommand.Faulty(result, name, read.Faults);
    }

    private BreachScenario Changed(ParseResult result, City city, BreachScenario scenario)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var defences = result.GetValue(_defences) ?? [];
        faults.AddRange(Unknown(city, "--defence", defences.Select(id => new DefenceId(id))));
        if (result.GetValue(_runs) is < 1 or > BreachScenario.RunsMax)
        {
            faults.Add($"--runs must be 1 to {BreachScenario.RunsMax}.");
        }

        if (result.GetValue(_draws) is < 0 or 1 or > BreachScenario.InputDrawsMax)
        {
            faults.Add($"--draws must be 0, or 2 to {BreachScenario.InputDrawsMax}.");
        }

        if (result.GetResult(_threads) is not null && result.GetValue(_threads) is < 1 or > ThreadsMax)
        {
            faults.Add($"--threads must be 1 to {ThreadsMax}.");
        }

        if (faults.Count > 0)
        {
            throw Failed(faults);
        }

        return scenario with
        {
            Runs = result.GetValue(_runs) ?? scenario.Runs,
            Seed = result.GetValue(_seed) ?? scenario.Seed,
            InputDraws = result.GetValue(_draws) ?? scenario.InputDraws,
            Defences = [.. scenario.Defences.Concat(defences.Select(id => new DefenceId(id))).Distinct().Order()],
        };
    }
}
