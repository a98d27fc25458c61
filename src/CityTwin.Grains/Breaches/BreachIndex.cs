using System.Collections.Immutable;
using CityTwin.Core.Breaches.Kept;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using Orleans.Serialization;

namespace CityTwin.Grains.Breaches;

/// <summary>Which breaches are kept, as the change log says: known on every silo without waking any.</summary>
public sealed class BreachIndex(IChangeLog changes, Serializer serializer)
{
    /// <summary>As last saved, newest first; an open one may be further by now.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    public async Task<ImmutableArray<BreachStatus>> All(CancellationToken cancellation)
    {
        var snapshot = await changes.Snapshot(cancellation, PublishedKind.Breach);
        return
        [
            .. snapshot.Rows.Where(row => row is { Kind: PublishedKind.Breach, Published: not null })
                .Select(row => serializer.Deserialize<BreachStatus>(row.Published!.Value)!)
                .OrderByDescending(status => status.CreatedAt).ThenBy(status => status.Id, StringComparer.Ordinal),
        ];
    }
}
