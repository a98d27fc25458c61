using Orleans.Concurrency;

namespace CityTwin.Grains.Inspection;

/// <summary>A grain that shows what it holds, also while it is busy.</summary>
public interface IInspectable : IGrainWithStringKey
{
    [AlwaysInterleave]
    Task<GrainInspection> Inspect();
}

/// <summary>A grain's state in memory and as stored.</summary>
/// <param name="Grain">Its address: type and key.</param>
/// <param name="Version">Of the stored row; null when nothing is stored.</param>
/// <param name="StateJson">In memory, as committed.</param>
/// <param name="StoredJson">Read from storage now; null when nothing is stored.</param>
/// <param name="PendingTells">Saved and not known to have arrived.</param>
[GenerateSerializer, Alias("grain-inspection"), Immutable]
public sealed record GrainInspection(
    string Grain,
    string Silo,
    DateTimeOffset ActivatedAt,
    string? Version,
    string StateJson,
    string? StoredJson,
    int PendingTells,
    string? LastError);
