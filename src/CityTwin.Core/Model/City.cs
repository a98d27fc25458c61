using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Core.Model;

/// <summary>
/// The definition of a city: what exists, where, and by which rules it depends on what. It never changes;
/// another definition is another <see cref="City"/> with another <see cref="Hash"/>. Live state is kept apart.
/// Every list is sorted by id, so that the same city has the same bytes however its files were ordered.
/// </summary>
/// <param name="Hash">Names this very definition; set by whoever read it (Import).</param>
/// <param name="TimeZone">IANA name, for hours and weekdays shown to people; the rules know only instants.</param>
/// <param name="IsSample">True for generated or sample data: the console then says so.</param>
public sealed record City(
    CityHash Hash,
    string Name,
    string TimeZone,
    bool IsSample,
    ImmutableArray<Zone> Zones,
    ImmutableArray<Network> Networks,
    ImmutableArray<Segment> Segments,
    ImmutableArray<Sensor> Sensors,
    ImmutableArray<Guard> Guards,
    ImmutableArray<BackgroundFeature> Background,
    ImmutableArray<Assumption> Assumptions)
{
    /// <summary>How it can be attacked, watched and defended; empty where nobody has said.</summary>
    public SecurityModel Security { get; init; } = SecurityModel.None;
}

/// <summary>A line or area drawn under the city (street, water, park); no rule reads it.</summary>
/// <param name="Kind">What is drawn, such as <c>street</c>, <c>water</c>, <c>park</c>, <c>building</c>.</param>
/// <param name="IsArea">True when every part is a ring to be filled.</param>
public sealed record BackgroundFeature(string Kind, string? Name, bool IsArea, ImmutableArray<ImmutableArray<LonLat>> Parts);

/// <summary>An assumed parameter: where its value comes from, and how sure we are.</summary>
/// <param name="Feature">The id of the thing it belongs to.</param>
/// <param name="Parameter">The property's name as in the city file, such as <c>backup.enduranceSeconds</c>.</param>
/// <param name="Confidence">0 (a guess) to 1 (measured); null when not stated.</param>
public sealed record Assumption(string Feature, string Parameter, string Source, double? Confidence);
