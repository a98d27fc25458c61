using System.Collections.Immutable;
using CityTwin.Grains.Storing;

namespace CityTwin.Ingest.Tests;

/// <summary>The leases of all silos of a test, by a clock of its own as those of a database are.</summary>
internal sealed class LeaseTable(TimeProvider clock) : ILeases
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Owner, DateTimeOffset Until)> _leases = [];

    /// <summary>How often each name was asked for.</summary>
    public Dictionary<string, int> Asked { get; } = [];

    public Task<ImmutableArray<Lease>> Look(CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Task.FromResult(_leases.Select(lease => new Lease(lease.Key, lease.Value.Owner, lease.Value.Until > clock.GetUtcNow())).ToImmutableArray());
        }
    }

    public Task<ImmutableHashSet<string>> Hold(string owner, IReadOnlyCollection<string> names, TimeSpan term, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var held = ImmutableHashSet<string>.Empty;
            foreach (var name in names)
            {
                Asked[name] = Asked.GetValueOrDefault(name) + 1;
                if (!_leases.TryGetValue(name, out var lease) || lease.Owner == owner || lease.Until <= clock.GetUtcNow())
                {
                    _leases[name] = (owner, clock.GetUtcNow() + term);
                    held = held.Add(name);
                }
            }

            return Task.FromResult(held);
        }
    }

    public Task Release(string owner, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (var name in names.Where(name => _leases.TryGetValue(name, out var lease) && lease.Owner == owner))
            {
                _leases[name] = (owner, DateTimeOffset.MinValue);
            }

            return Task.CompletedTask;
        }
    }
}
