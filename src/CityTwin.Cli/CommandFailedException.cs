namespace CityTwin.Cli;

/// <summary>A verb cannot go on. The message is the one line that is shown; the exit code is <see cref="ExitCode.Faults"/>.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
