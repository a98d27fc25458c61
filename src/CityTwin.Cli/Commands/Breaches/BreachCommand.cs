using System.CommandLine;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach</c>: what-if breaches, each kind of question a verb of its own.</summary>
internal static class BreachCommand
{
    public static Command Create() => new("breach", "What an adversary could do to a city, given that somebody tries.")
    {
        ExactCommand.Create(),
    };
}
