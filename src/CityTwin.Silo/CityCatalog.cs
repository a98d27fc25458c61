using CityTwin.Core.Model;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Import;

namespace CityTwin.Silo;

/// <summary>The definition in force on this silo. Reads the stored ones by their hash.</summary>
internal sealed class CityCatalog(IDefinitionStore store) : ICityCatalog
{
    private volatile CityPlan? _current;

    public CityPlan Current => _current ?? throw new InvalidOperationException("The catalogue is filled before the silo starts.");

    /// <summary>Keeps a definition, so that every silo can load it.</summary>
    public Task Keep(City city, CancellationToken cancellation) =>
        store.Save(city.Hash, CityWriter.Write(city).ToBundle(), cancellation);

    /// <summary>Puts a definition into force here.</summary>
    public void Use(City city) => _current = new(city);

    /// <exception cref="StartRefusedException">The definition is not kept, or can no longer be read.</exception>
    public async Task<City> Load(CityHash hash, CancellationToken cancellation)
    {
        var bundle = await store.Load(hash, cancellation)
            ?? throw new StartRefusedException($"the definition {hash} that the stored city uses is missing from the data folder; restore it from a backup.");
        var read = CityReader.ReadBundle(bundle);
        return read.City
            ?? throw new StartRefusedException($"the stored definition {hash} can no longer be read: {read.Faults[0].Message}");
    }
}
