namespace CityTwin.Core.Audit;

/// <summary>What is wrong with an entry of an exported audit log.</summary>
public enum AuditFaultKind
{
    /// <summary>It does not say what was entered.</summary>
    Altered,

    /// <summary>It is missing.</summary>
    Removed,

    /// <summary>It stands at another place than its own.</summary>
    Reordered,

    /// <summary>It stands there more than once.</summary>
    Repeated,

    /// <summary>The line is not a line of an export.</summary>
    Unreadable,

    /// <summary>The log is not the one that the known root is of.</summary>
    AnotherLog,
}

/// <summary>A fault of an exported audit log.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Index">With which entry; of the unreadable, the one that is due there.</param>
/// <param name="Line">The line of the file, from 1; 0 where there is none.</param>
/// <param name="Message">The same in a sentence.</param>
public sealed record AuditFault(AuditFaultKind Kind, long Index, int Line, string Message);

/// <summary>A root that somebody noted down, in a place that whoever may have changed the log cannot reach.</summary>
/// <param name="Size">Of how many entries.</param>
/// <param name="Root">The hash of the tree of these.</param>
public readonly record struct KnownRoot(long Size, TreeHash Root);
