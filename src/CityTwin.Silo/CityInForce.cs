using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Storing;
using CityTwin.Import;
using CityTwin.Import.Sample;
using Orleans.Serialization;

namespace CityTwin.Silo;

/// <summary>Decides which definition a silo runs: the one its data is of, and no other without being told to.</summary>
internal sealed class CityInForce(IChangeLog changes, Serializer serializer, CityCatalog catalog)
{
    private const int FaultsShownMax = 20;

    /// <exception cref="StartRefusedException">The city is broken, or is not the one that the data is of.</exception>
    public async Task Settle(SiloSettings settings, CancellationToken cancellation)
    {
        var kept = await KeptDefinition(cancellation);
        if (kept is { } inForce && settings.CityFolder is null)
        {
            catalog.Use(await catalog.Get(inForce.Definition, cancellation), inForce.Batch);
            return;
        }

        var city = Read(settings.CityFolder ?? SampleCity.Folder);
        if (kept is { } other && other.Definition != city.Hash)
        {
            throw new StartRefusedException(
                $"{settings.Keeper} holds another city ({other.Definition.Value[..12]}) than '{settings.CityFolder}' ({city.Hash.Value[..12]}). "
                + $"Leave out --city to run the kept one, and put the changed one into force with 'citytwin apply'; or give another {(settings.Cluster is null ? "--data" : "database")}.");
        }

        if (kept is null)
        {
            await catalog.Keep(city, cancellation);
        }

        catalog.Use(new(city), kept?.Batch ?? 0);
    }

    private static City Read(string folder)
    {
        var read = CityReader.Open(folder);
        if (read.City is { } city)
        {
            return city;
        }

        var errors = read.Faults.Where(fault => fault.Severity == FaultSeverity.Error).ToList();
        var shown = string.Join(Environment.NewLine, errors.Take(FaultsShownMax).Select(fault => $"  {fault.File} {fault.Place}: {fault.Message} [{fault.Code}]"));
        throw new StartRefusedException($"the city in '{folder}' has {errors.Count} errors ('citytwin validate' shows all):{Environment.NewLine}{shown}");
    }

    private async Task<(CityHash Definition, long Batch)?> KeptDefinition(CancellationToken cancellation)
    {
        var rows = (await changes.Snapshot(cancellation, PublishedKind.Checkpoint, PublishedKind.Batch)).Rows.Where(row => row.Published is not null);
        return BatchLog.InForce(rows.Select(row => (object?)(row.Kind switch
        {
            PublishedKind.Checkpoint => serializer.Deserialize<KernelCheckpoint>(row.Published!.Value),
            PublishedKind.Batch => serializer.Deserialize<BatchDecided>(row.Published!.Value),
            _ => null,
        })));
    }
}
