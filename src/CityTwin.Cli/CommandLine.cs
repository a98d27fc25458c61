using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using CityTwin.Cli.Commands;
using CityTwin.Cli.Commands.Audit;
using CityTwin.Cli.Commands.Breaches;
using CityTwin.Cli.Commands.Mqtt;

namespace CityTwin.Cli;

/// <summary>
/// The <c>citytwin</c> command: its verbs, and how an error reaches the shell. Each verb is one file under
/// <c>Commands</c> with a <c>Create</c> that returns its <see cref="Command"/>; it writes to
/// <see cref="InvocationConfiguration.Output"/>, so that a test can read it.
/// </summary>
internal static class CommandLine
{
    /// <summary>Runs one command line to its end.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var result = Root().Parse(arguments);
        if (result.Action is ParseErrorAction)
        {
            return await RefuseAsync(result, error);
        }

        var configuration = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        try
        {
            return await result.InvokeAsync(configuration, cancellation);
        }
        catch (Exception exception) when (
            exception is CommandFailedException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"citytwin: {exception.Message}");
            return ExitCode.Faults;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("citytwin: stopped before it was done.");
            return ExitCode.Faults;
        }
    }

    private static RootCommand Root() =>
        new("Checks, generates and simulates cities, and talks to a running CityTwin.")
        {
            ValidateCommand.Create(),
            DiffCommand.Create(),
            ApplyCommand.Create(),
            SchemaCommand.Create(),
            GenerateCommand.Create(),
            FeedCommand.Create(),
            SimulateCommand.Create(),
            SnapshotCommand.Create(),
            WeakestCommand.Create(),
            BreachCommand.Create(),
            AuditCommand.Create(),
            OutlookCommand.Create(),
            KeyCommand.Create(),
            DoctorCommand.Create(),
            MqttCommand.Create(),
            ChangesCommand.Create(),
        };

    private static async Task<int> RefuseAsync(ParseResult result, TextWriter error)
    {
        foreach (var fault in result.Errors)
        {
            await error.WriteLineAsync($"citytwin: {Plain(fault.Message)}");
        }

        await error.WriteLineAsync($"Try '{VerbOf(result.CommandResult)} --help'.");
        return ExitCode.Usage;
    }

    /// <summary>The verbs as typed, such as <c>citytwin breach run</c>: each level has a help of its own.</summary>
    private static string VerbOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{VerbOf(parent)} {command.Command.Name}" : "citytwin";

    /// <summary>The parser names the type of .NET that it wanted; people want to know what to type.</summary>
    private static string Plain(string message) => message.IndexOf(" as expected type '", StringComparison.Ordinal) is var at and >= 0
        ? $"{message[..at]}: it must be {(message.Contains("UInt", StringComparison.Ordinal) ? "a whole number, 0 or more" : message.Contains("Int", StringComparison.Ordinal) ? "a whole number" : "a number")}."
        : message;
}
