using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CityTwin.Storage.Committing;

/// <summary>What the group commits of this process tell of themselves, under one name for metrics and traces.</summary>
public static class StorageMeter
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "CityTwin.Storage";

    private static readonly Meter Meter = new(Name);

    internal static ActivitySource Activities { get; } = new(Name);

    internal static Histogram<int> GroupSize { get; } =
        Meter.CreateHistogram<int>("citytwin.storage.group.size", "{write}", "Writes in one transaction.");

    internal static Histogram<double> CommitDuration { get; } =
        Meter.CreateHistogram<double>("citytwin.storage.commit.duration", "s", "From the start of a transaction until it is durable, or has failed.");

    internal static UpDownCounter<int> QueueLength { get; } =
        Meter.CreateUpDownCounter<int>("citytwin.storage.queue.length", "{write}", "Writes handed over and not yet decided.");

    internal static Counter<long> Conflicts { get; } =
        Meter.CreateCounter<long>("citytwin.storage.conflicts", "{write}", "Writes refused because the row was at another version.");

    internal static Counter<long> FailedGroups { get; } =
        Meter.CreateCounter<long>("citytwin.storage.groups.failed", "{transaction}", "Transactions that failed as a whole.");

    internal static Counter<long> AuditEntries { get; } =
        Meter.CreateCounter<long>("citytwin.audit.entries", "{entry}", "Entries added to the audit log.");

    /// <summary>Shown from the start: an alert on a counter that is not there yet would miss its first step.</summary>
    internal static void Begin()
    {
        QueueLength.Add(0);
        Conflicts.Add(0);
        FailedGroups.Add(0);
        AuditEntries.Add(0);
    }
}
