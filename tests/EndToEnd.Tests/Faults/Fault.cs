namespace CityTwin.EndToEnd.Tests.Faults;

internal enum FaultKind
{
    /// <summary><c>kill -9</c>; it is started again when the fault is over.</summary>
    SiloKilled,

    /// <summary>SIGSTOP, and SIGCONT when the fault is over.</summary>
    SiloStopped,

    /// <summary>The database is stopped in order.</summary>
    DatabaseRestarted,

    /// <summary>The database ends at once, as in a crash, and has to recover.</summary>
    DatabaseCrashed,

    /// <summary>No table can grow.</summary>
    DiskFull,

    /// <summary>The broker is stopped in order.</summary>
    BrokerRestarted,

    /// <summary>The line between a silo and the database is cut.</summary>
    DatabaseCut,

    /// <summary>The line between a silo and the broker is cut.</summary>
    BrokerCut,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="Silo">Whose; does not matter to the database and the broker.</param>
/// <param name="Line">How a line is cut.</param>
/// <param name="After">How long after the one before; later when its place is still at fault.</param>
/// <param name="Lasts">How long, not counting the time that a program takes to end and to start.</param>
internal sealed record Fault(int Number, FaultKind Kind, int Silo, LineState Line, TimeSpan After, TimeSpan Lasts)
{
    /// <summary>Where it is: two faults in one place do not overlap.</summary>
    public string Place => Kind switch
    {
        FaultKind.SiloKilled or FaultKind.SiloStopped => $"silo {Silo}",
        FaultKind.DatabaseCut => $"silo {Silo} - database",
        FaultKind.BrokerCut => $"silo {Silo} - broker",
        FaultKind.BrokerRestarted => "broker",
        _ => "database",
    };

    public override string ToString() => $"{Place}: {Kind switch
    {
        FaultKind.SiloKilled => "kill -9",
        FaultKind.SiloStopped => "SIGSTOP",
        FaultKind.DatabaseRestarted or FaultKind.BrokerRestarted => "stopped in order",
        FaultKind.DatabaseCrashed => "crashed",
        FaultKind.DiskFull => "disk full",
        _ => Line.ToString().ToLowerInvariant(),
    }} for {Lasts.TotalSeconds:0.0} s";
}
