using CityTwin.Core.Model;

namespace CityTwin.Grains.Storing;

/// <summary>Keeps city definitions by their hash, so that every silo can load the one a batch names. A stored one never changes.</summary>
public interface IDefinitionStore
{
    /// <summary>Keeps <paramref name="definition"/>; does nothing where it is kept already.</summary>
    /// <exception cref="SaveException">It was not, or may not have been, written.</exception>
    Task Save(CityHash hash, ReadOnlyMemory<byte> definition, CancellationToken cancellation);

    /// <summary>The bytes of that definition, or null where none is kept.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ReadOnlyMemory<byte>?> Load(CityHash hash, CancellationToken cancellation);
}
