using System.Collections.Concurrent;
using CityTwin.Core.Model;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using CityTwin.Import;

namespace CityTwin.Silo;

/// <summary>The definitions this silo knows. Reads the stored ones by their hash.</summary>
internal sealed class CityCatalog(IDefinitionStore store) : ICityCatalog
{
    /// <summary>The one in force, the one before, and one that may come: compiled, a large city takes a tenth of a gigabyte.</summary>
    private const int KeptMax = 3;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<CityHash, CityPlan> _known = [];
    private volatile CityPlan? _current;
    private long _batch = -1;

    public CityPlan Current => _current ?? throw new InvalidOperationException("The catalogue is filled before the silo starts.");

    public ValueTask<CityPlan> Get(CityHash hash, CancellationToken cancellation = default) =>
        _current is { } current && current.City.Hash == hash ? new(current)
        : _known.TryGetValue(hash, out var known) ? new(known)
        : new(Load(hash, cancellation));

    public void Use(CityPlan plan, long batch)
    {
        lock (_lock)
        {
            if (batch >= _batch)
            {
                (_current, _batch) = (Remember(plan), batch);
            }
        }
    }

    /// <summary>Keeps a definition, so that every silo can load it.</summary>
    public async Task Keep(City city, CancellationToken cancellation) =>
        await store.Save(city.Hash, await Task.Run(() => PackedBundle.Of(city), cancellation), cancellation);

    private async Task<CityPlan> Load(CityHash hash, CancellationToken cancellation)
    {
        var kept = await store.Load(hash, cancellation)
            ?? throw new DefinitionMissingException($"the definition {hash} that the stored city uses is missing from the data folder; restore it from a backup.");

        // Reading and compiling a large city takes seconds, which the caller's scheduler must not feel.
        var read = await Task.Run(() => CityReader.Read(PackedBundle.Open(kept)), cancellation);
        var city = read.City
            ?? throw new DefinitionMissingException($"the stored definition {hash} can no longer be read: {read.Faults[0].Message}");
        return Remember(await Task.Run(() => new CityPlan(city), cancellation));
    }

    private CityPlan Remember(CityPlan plan)
    {
        var kept = _known.GetOrAdd(plan.City.Hash, plan);
        foreach (var other in _known.Keys.Where(hash => hash != plan.City.Hash && hash != _current?.City.Hash).Skip(KeptMax - 2).ToList())
        {
            _known.TryRemove(other, out _);
        }

        return kept;
    }
}
