using System.Collections.Concurrent;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;

namespace CityTwin.Api.Tests;

internal sealed class RecordedAudit : IAudit
{
    public ConcurrentQueue<AuditEntry> Entries { get; } = [];

    public void Report(AuditEntry entry) => Entries.Enqueue(entry);
}
