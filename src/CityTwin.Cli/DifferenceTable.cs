using System.CommandLine;
using Spectre.Console;

namespace CityTwin.Cli;

/// <summary>What differs between two definitions, as people read it.</summary>
internal static class DifferenceTable
{
    /// <param name="rows">What became of it, what it is, its id, and the properties that differ.</param>
    public static void Write(ParseResult result, IEnumerable<(string Change, string Thing, string Id, IEnumerable<string> Properties)> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("change", "what", "id", "properties");
        foreach (var (change, thing, id, properties) in rows)
        {
            table.AddRow(new Text(change), new Text(thing), new Text(id), new Text(string.Join(", ", properties)));
        }

        Terminal.For(result).Write(table);
    }
}
