using System.Collections.Concurrent;
using CityTwin.Core.Access;
using CityTwin.Grains.Storing;

namespace CityTwin.Api.Tests;

internal sealed class RecordedAudit : IAudit
{
    public ConcurrentQueue<AuditEntry> Entries { get; } = [];

    public void Report(AuditEntry entry) => Entries.Enqueue(entry);
}
