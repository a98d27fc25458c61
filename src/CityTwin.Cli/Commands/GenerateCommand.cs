using System.CommandLine;
using CityTwin.Core.Model;
using CityTwin.Import;
using CityTwin.Import.Generation;
using Spectre.Console;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin generate</c>: writes a synthetic city to a folder.</summary>
internal static class GenerateCommand
{
    private const string DefaultName = "Generated City";

    public static Command Create()
    {
        var population = new Option<int>("--population")
        {
            Description = $"Residents, {GeneratorOptions.PopulationMin} to {GeneratorOptions.PopulationMax}.",
            DefaultValueFactory = _ => 200_000,
        };
        var seed = new Option<ulong>("--seed") { Description = "Chooses the city; the same seed always gives the same one.", DefaultValueFactory = _ => 1 };
        var folder = new Option<string>("--out") { Description = "The folder to write the city's files to.", Required = true };
        var sensors = new Option<int?>("--sensors")
        {
            Description = $"How many sensors, {GeneratorOptions.SensorsMin} to {GeneratorOptions.SensorsMax}; by default what suits the population.",
        };
        var steps = new Option<int>("--attack-steps")
        {
            Description = $"At most so many attack steps in its security model, 0 (no model) or {GeneratorOptions.AttackStepsMin} to {CityLimits.AttackStepsMax}.",
            DefaultValueFactory = _ => GeneratorOptions.AttackStepsDefault,
        };
        var name = new Option<string>("--name") { Description = "The city's name.", DefaultValueFactory = _ => DefaultName };

        var command = new Command("generate", "Makes a believable synthetic city, the same for the same seed.") { population, seed, folder, sensors, steps, name };
        command.SetAction(result => Run(
            new(result.GetValue(population), result.GetValue(seed), result.GetValue(sensors), result.GetValue(name) ?? "") { AttackSteps = result.GetValue(steps) },
            result.GetValue(folder)!,
            result));
        return command;
    }

    private static int Run(GeneratorOptions options, string folder, ParseResult result)
    {
        var faults = options.Faults();
        if (faults.Count > 0)
        {
            foreach (var fault in faults)
            {
                result.InvocationConfiguration.Error.WriteLine($"citytwin: {fault}");
            }

            return ExitCode.Usage;
        }

        var city = GenerateAndWrite(options, folder, result);
        result.InvocationConfiguration.Output.WriteLine(
            $"{city.Name}: {city.Zones.Length} zones, {city.Segments.Length} segments, {city.Sensors.Length} sensors, "
            + $"{city.Guards.Length} guards, {city.Security.Steps.Length} attack steps, written to {folder} (definition {city.Hash}).");
        return ExitCode.Ok;
    }

    /// <summary>A bar where a person watches; a log or a pipe gets the result only.</summary>
    private static City GenerateAndWrite(GeneratorOptions options, string folder, ParseResult result)
    {
        if (Console.IsErrorRedirected || !ReferenceEquals(result.InvocationConfiguration.Error, Console.Error))
        {
            var made = CityGenerator.Generate(options);
            CityWriter.Write(made).WriteTo(folder);
            return made;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true).Start(context =>
        {
            var task = context.AddTask("Streets and districts", maxValue: 1);
            var city = CityGenerator.Generate(options, (stage, done) =>
            {
                task.Description = stage;
                task.Value = 0.8 * done;
            });
            task.Description = "Files";
            CityWriter.Write(city).WriteTo(folder);
            task.Value = 1;
            return city;
        });
    }
}
