using System.Collections.Immutable;
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
/// <param name="PendingTells">How many are saved and not known to have arrived.</param>
/// <param name="Tells">The oldest of those, at most <see cref="TellsMax"/>.</param>
[GenerateSerializer, Alias("grain-inspection"), Immutable]
public sealed record GrainInspection(
    string Grain,
    string Silo,
    DateTimeOffset ActivatedAt,
    string? Version,
    string StateJson,
    string? StoredJson,
    int PendingTells,
    string? LastError,
    ImmutableArray<PendingTell> Tells = default)
{
    /// <summary>More tells than these are counted, not shown.</summary>
    public const int TellsMax = 100;
}

/// <summary>A tell that has not arrived yet.</summary>
/// <param name="To">The receiver's address.</param>
/// <param name="Kind">What kind of message it is: the name of its record.</param>
[GenerateSerializer, Alias("pending-tell"), Immutable]
public sealed record PendingTell(long Sequence, string To, string Kind, string ContentJson);
