using System.CommandLine;
using CityTwin.Import;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin diff CITY_A CITY_B</c>: what differs between two definitions.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var before = CityArgument.Create("CITY_A");
        var after = CityArgument.Create("CITY_B");
        var command = new Command("diff",
            "Tells what was added, removed and changed from one city to another. Exit code 1 when they differ.")
        {
            before,
            after,
        };
        command.SetAction(result => Run(result, before, after));
        return command;
    }

    private static int Run(ParseResult result, Argument<string> before, Argument<string> after)
    {
        var diff = CityDiff.Between(CityArgument.Load(result, before), CityArgument.Load(result, after));
        if (diff.IsEmpty)
        {
            result.InvocationConfiguration.Output.WriteLine("The two cities are the same.");
            return ExitCode.Ok;
        }

        DifferenceTable.Write(result, diff.Changes.Select(change => (
            WordOf(change.Kind), change.Thing, change.Id, change.Properties.AsEnumerable())));
        return ExitCode.Faults;
    }

    private static string WordOf(CityChangeKind kind) => kind switch
    {
        CityChangeKind.Added => "added",
        CityChangeKind.Removed => "removed",
        _ => "changed",
    };
}
