using System.Collections.Immutable;
using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Sqlite;

/// <summary>A data folder belongs to one silo at a time, so nobody else could have anything.</summary>
internal sealed class SqliteLeases : ILeases
{
    public Task<ImmutableArray<Lease>> Look(CancellationToken cancellation) => Task.FromResult(ImmutableArray<Lease>.Empty);

    public Task<ImmutableHashSet<string>> Hold(string owner, IReadOnlyCollection<string> names, TimeSpan term, CancellationToken cancellation) =>
        Task.FromResult(names.ToImmutableHashSet(StringComparer.Ordinal));

    public Task Release(string owner, IReadOnlyCollection<string> names, CancellationToken cancellation) => Task.CompletedTask;
}
