using System.CommandLine;
using CityTwin.Core.Model;
using CityTwin.Import;

namespace CityTwin.Cli;

/// <summary>The CITY argument that many verbs take: the folder of a city, or its bundle file.</summary>
internal static class CityArgument
{
    public static Argument<string> Create(string name = "CITY") => new(name)
    {
        Description = "The city: a folder with city.json, or a bundle file.",
    };

    /// <summary>The city, for verbs that need a good one: errors go to the error writer, warnings are not shown.</summary>
    /// <exception cref="CommandFailedException">The city has errors.</exception>
    public static City Load(ParseResult result, Argument<string> argument) => Load(result, result.GetRequiredValue(argument));

    /// <summary>The same for a city that an option names.</summary>
    /// <exception cref="CommandFailedException">The city has errors.</exception>
    public static City Load(ParseResult result, string path)
    {
        var read = CityReader.Open(path);
        if (read.City is { } city)
        {
            return city;
        }

        var errors = read.Faults.Where(fault => fault.Severity == FaultSeverity.Error).ToList();
        foreach (var error in errors)
        {
            result.InvocationConfiguration.Error.WriteLine(FaultText.Line(error));
        }

        throw new CommandFailedException($"{path} has {FaultText.Count(errors.Count, "error")}; mend it first (citytwin validate tells more).");
    }
}
