using System.CommandLine;
using CityTwin.Import;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin schema --out DIR</c>: the JSON Schemas of a city's files.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var directory = new Option<string>("--out") { Description = "The folder to write them to; made if need be.", HelpName = "DIR", Required = true };
        var command = new Command("schema", "Writes the JSON Schemas (2020-12) of a city's files.") { directory };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(directory);
            CitySchemas.ToFolder().WriteTo(path);
            result.InvocationConfiguration.Output.WriteLine($"{FaultText.Count(CitySchemas.Names.Length, "schema")} written to {path}.");
            return ExitCode.Ok;
        });
        return command;
    }
}
