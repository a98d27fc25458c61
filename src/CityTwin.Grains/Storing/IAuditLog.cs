using System.Collections.Immutable;
using CityTwin.Core.Audit;

namespace CityTwin.Grains.Storing;

/// <summary>
/// Who did what, in one order over all silos. Entries are only ever added. The entry of a command is added in the transaction
/// of the command itself (see <see cref="ICarriesChanges.Acts"/>); all others by <see cref="Append"/>.
/// </summary>
public interface IAuditLog
{
    /// <summary>Returns when the entries are durable. An act that is in the log already is not entered again.</summary>
    /// <exception cref="SaveException">Nothing is known to be entered.</exception>
    Task Append(params ImmutableArray<AuditEntry> entries);

    /// <summary>How long the log is, and what its tree is made of.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<TreeEdge> Edge(CancellationToken cancellation);

    /// <summary>The entries from <paramref name="from"/> on, at most <paramref name="max"/>.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ImmutableArray<AuditRow>> Read(long from, int max, CancellationToken cancellation);
}
