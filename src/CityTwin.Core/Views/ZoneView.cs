using System.Collections.Immutable;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>A zone in one version of the city: its own facts, and what is derived from everything else.</summary>
/// <param name="Facts">Null before its grain first published.</param>
/// <param name="Services">Derived from the levels, in the order of the definition.</param>
/// <param name="Tally">What lies in it and in the zones nested in it, counted as rows come.</param>
/// <param name="NewestObservedAt">The newest reading in it; it moves without counting as a change of the zone.</param>
public sealed record ZoneView(
    ZoneFacts? Facts,
    ImmutableArray<ServiceStatus> Services,
    ZoneTally Tally,
    DateTimeOffset? NewestObservedAt,
    long ChangedAt) : IChanging;
