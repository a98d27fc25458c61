namespace CityTwin.Import.Reading;

/// <summary>The kinds of thing that have an id.</summary>
internal enum EntityKind
{
    Zone,
    Network,
    Segment,
    Sensor,
    Guard,
}

/// <summary>An id that stands somewhere and must be the id of something.</summary>
/// <param name="Feature">The id of the thing in whose description it stands.</param>
internal readonly record struct Reference(EntityKind Target, string Id, Place Place, string? Feature);
