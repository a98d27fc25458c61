using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;

namespace CityTwin.Core.Breaches.Live;

/// <summary>What everybody may know of a conduit: its published status.</summary>
/// <param name="Version">Counts the changes.</param>
/// <param name="Isolated">Who isolated it; null while it carries.</param>
/// <param name="Rejoined">Who last rejoined it; null when nobody has.</param>
[GenerateSerializer, Alias("conduit-status"), Immutable]
public sealed record ConduitStatus(ConduitId Id, long Version, OrderNote? Isolated, OrderNote? Rejoined)
{
    /// <summary>A conduit that nobody has touched: it carries.</summary>
    public static ConduitStatus New(ConduitId conduit) => new(conduit, 0, null, null);
}

/// <summary>What a conduit's grain keeps.</summary>
/// <param name="Told">The segments that it holds down, and to which level, as they were told; sorted by id.</param>
/// <param name="ToldVersion">Of the last word to segments; each is higher than the one before.</param>
/// <param name="AlertVersion">Of the last word to its alert; each is higher than the one before.</param>
/// <param name="RecentRequests">See <see cref="Core.RecentRequests"/>.</param>
[GenerateSerializer, Alias("conduit-state"), Immutable]
public sealed record ConduitState(
    ConduitStatus Status,
    ImmutableArray<CarriedLevel> Told,
    long ToldVersion,
    long AlertVersion,
    ImmutableArray<string> RecentRequests)
{
    public static ConduitState New(ConduitId conduit) => new(ConduitStatus.New(conduit), [], 0, 0, []);
}

/// <summary>The level that an isolated conduit leaves a segment.</summary>
[GenerateSerializer, Alias("carried-level"), Immutable]
public readonly record struct CarriedLevel(SegmentId Segment, int LevelPermille);
