using System.Collections.Concurrent;
using System.Collections.Immutable;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;

namespace CityTwin.Api.Tests;

/// <summary>An audit log in memory.</summary>
internal sealed class RecordedAudit : IAudit, IAuditLog
{
    private readonly Lock _lock = new();
    private readonly List<AuditRow> _rows = [];
    private TreeEdge _edge = TreeEdge.Empty;

    public ConcurrentQueue<AuditEntry> Entries { get; } = [];

    /// <summary>Nothing can be entered, as while a database is away.</summary>
    public bool IsAway { get; set; }

    public void Report(AuditEntry entry) => Enter([entry]);

    public Task Append(params ImmutableArray<AuditEntry> entries)
    {
        if (IsAway)
        {
            throw new SaveFailedException("The database is away.");
        }

        Enter(entries);
        return Task.CompletedTask;
    }

    public Task<TreeEdge> Edge(CancellationToken cancellation) => Task.FromResult(_edge);

    public Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Task.FromResult<ImmutableArray<AuditRow>>([.. _rows.Skip((int)from).Take(max)]);
        }
    }

    private void Enter(ImmutableArray<AuditEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries.Where(entry => !Entries.Any(known => known.Id == entry.Id)))
            {
                Entries.Enqueue(entry);
                _rows.Add(AuditRow.Append(ref _edge, entry.ToJson()));
            }
        }
    }
}
