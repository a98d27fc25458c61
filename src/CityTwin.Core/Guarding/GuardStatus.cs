using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Guarding;

/// <summary>Where a guard stands in an order, as in computer-aided dispatch.</summary>
public enum GuardDuty
{
    OffDuty,
    Available,
    Dispatched,
    EnRoute,
    OnScene,
}

/// <summary>An order to a guard, with the times by which dispatch is judged.</summary>
/// <param name="Place">Where to go: a zone.</param>
[GenerateSerializer, Alias("guard-order"), Immutable]
public sealed record GuardOrder(
    string Request,
    ZoneId Place,
    string By,
    string Reason,
    DateTimeOffset Received,
    DateTimeOffset? Dispatched,
    DateTimeOffset? EnRoute,
    DateTimeOffset? OnScene,
    DateTimeOffset? Cleared);

/// <summary>What the city knows of a guard: published, and the state its rules decide on.</summary>
/// <param name="RecentRequests">See <see cref="Core.RecentRequests"/>; kept, not published.</param>
[GenerateSerializer, Alias("guard-status"), Immutable]
public sealed record GuardStatus(
    GuardId Id,
    GuardDuty Duty,
    LonLat Position,
    DateTimeOffset PositionAt,
    GuardOrder? Order,
    long Version,
    ImmutableArray<string>? RecentRequests = null);
