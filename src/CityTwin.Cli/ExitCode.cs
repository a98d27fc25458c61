namespace CityTwin.Cli;

/// <summary>What <c>citytwin</c> tells the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done, and nothing found wrong.</summary>
    public const int Ok = 0;

    /// <summary>The input has faults, two things differ, or the work could not be done.</summary>
    public const int Faults = 1;

    /// <summary>The command line itself was wrong; nothing was tried.</summary>
    public const int Usage = 2;
}
