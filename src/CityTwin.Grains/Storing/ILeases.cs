using System.Collections.Immutable;

namespace CityTwin.Grains.Storing;

/// <summary>
/// Who of several silos has what only one may have: a session at a broker, the publishing for all. A lease runs out by the
/// clock of the database unless it is prolonged. Whoever holds one counts from before it asked, so that it gives up no later
/// than the database does.
/// </summary>
public interface ILeases
{
    /// <summary>All that were ever held, but those that ran out long ago.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ImmutableArray<Lease>> Look(CancellationToken cancellation);

    /// <summary>Prolongs what this owner holds of the names, and takes what nobody holds.</summary>
    /// <param name="owner">One life of one process.</param>
    /// <param name="term">From now until each runs out.</param>
    /// <returns>Those of the names that are now held by this owner.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be written; nobody knows what is held.</exception>
    Task<ImmutableHashSet<string>> Hold(string owner, IReadOnlyCollection<string> names, TimeSpan term, CancellationToken cancellation);

    /// <summary>Gives up what this owner holds of the names, so that another need not wait.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be written: then they run out.</exception>
    Task Release(string owner, IReadOnlyCollection<string> names, CancellationToken cancellation);
}

/// <summary>Somebody's sole right to something.</summary>
/// <param name="Owner">Who has it, or had it last.</param>
/// <param name="IsInForce">False when it has run out or was given up: anybody may take it.</param>
public sealed record Lease(string Name, string Owner, bool IsInForce);
