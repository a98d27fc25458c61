using System.CommandLine;
using Spectre.Console;

namespace CityTwin.Cli;

/// <summary>Tables for people, on whatever the verb writes to. What programs read (JSON, CSV) goes straight to the writer.</summary>
internal static class Terminal
{
    /// <summary>Wide enough that a redirected table is never cut; a real terminal keeps its own width.</summary>
    private const int RedirectedColumns = 200;

    /// <summary>A console over the verb's output: in colour only where the output is a terminal.</summary>
    public static IAnsiConsole For(ParseResult result)
    {
        var isTerminal = ReferenceEquals(result.InvocationConfiguration.Output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(result.InvocationConfiguration.Output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal)
        {
            console.Profile.Width = RedirectedColumns;
        }

        return console;
    }
}
