using CityTwin.Core.Model;

namespace CityTwin.Grains.Storing;

/// <summary>Keeps how far those have come who tell the world outside what the change log says: they go on there after a restart.</summary>
public interface IBookmarks
{
    /// <summary>Where this reader was; null when it never said.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<Bookmark?> Load(string reader, CancellationToken cancellation);

    /// <summary>Keeps where this reader is, durably.</summary>
    /// <exception cref="SaveException">It was not, or may not have been, written.</exception>
    Task Save(string reader, Bookmark bookmark, CancellationToken cancellation);
}

/// <summary>A place in a change log.</summary>
/// <param name="Epoch">Names the log; see <see cref="IChangeLog.Epoch"/>.</param>
/// <param name="Seq">The reader has done with everything up to here.</param>
/// <param name="Definition">The definition in force there, for readers to whom it matters.</param>
public sealed record Bookmark(string Epoch, long Seq, CityHash? Definition = null);
