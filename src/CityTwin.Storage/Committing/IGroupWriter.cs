using CityTwin.Grains.Storing;

namespace CityTwin.Storage.Committing;

/// <summary>
/// Writes groups of grain states, and the published changes that ride along, to one database: each group in one
/// transaction. It belongs to one thread, which it may block.
/// </summary>
internal interface IGroupWriter : IDisposable
{
    /// <summary>
    /// Commits the group. A write whose expected version is not the row's gets null and leaves no trace; it does not
    /// disturb the others.
    /// </summary>
    /// <returns>The outcome of each write, in the order given.</returns>
    /// <exception cref="SaveFailedException">Nothing of the group was written.</exception>
    /// <exception cref="SaveOutcomeUnknownException">The commit itself failed.</exception>
    /// <exception cref="StorageUnusableException">Nothing was written, and nothing ever will be.</exception>
    Saved?[] Write(IReadOnlyList<PendingSave> group);
}
