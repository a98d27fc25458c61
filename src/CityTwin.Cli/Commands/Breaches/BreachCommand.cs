using System.CommandLine;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach</c>: what an adversary comes to, and which defence helps most.</summary>
internal static class BreachCommand
{
    public static Command Create() => new("breach", "Simulates attacks on a city: how likely they succeed, what they cost, and what helps.")
    {
        RunCommand.Create(),
        RankCommand.Create(),
        ExactCommand.Create(),
        PathCommand.Create(),
        ReplayCommand.Create(),
        CompareCommand.Create(),
    };
}
