using CityTwin.Core.Model;

namespace CityTwin.Import.Reading;

/// <summary>
/// What has been read of a city so far, with the places of its parts, before anybody asked whether the parts fit
/// together. A part with faults is in it too, so that one fault does not bring ten more in its wake.
/// </summary>
internal sealed class CityDraft(FaultList faults)
{
    private readonly Dictionary<string, (EntityKind Kind, Place Place)> _declared = new(StringComparer.Ordinal);

    private readonly Dictionary<(string Feature, string Parameter), Assumption> _assumptions = [];

    public FaultList Faults { get; } = faults;

    /// <summary>What things have in common.</summary>
    public SharedParts Shared { get; } = new();

    public List<Zone> Zones { get; } = [];

    public List<Network> Networks { get; } = [];

    public List<Segment> Segments { get; } = [];

    public List<Sensor> Sensors { get; } = [];

    public List<Guard> Guards { get; } = [];

    public List<BackgroundFeature> Background { get; } = [];

    public IReadOnlyCollection<Assumption> Assumptions => _assumptions.Values;

    /// <summary>The kinds of which a file could not be read at all: of these nobody knows which ids there are.</summary>
    public HashSet<EntityKind> Incomplete { get; } = [];

    public List<Reference> References { get; } = [];

    /// <summary>Takes an id for a thing; false after telling that something else has it.</summary>
    public bool Declare(EntityKind kind, string id, Place place)
    {
        if (_declared.TryAdd(id, (kind, place)))
        {
            return true;
        }

        var (other, otherPlace) = _declared[id];
        Faults.Error(FaultCode.DuplicateId, place,
            $"The {NameOf(other)} at {otherPlace} in {otherPlace.File} has the id '{id}' already; an id names one thing in the whole city.", id);
        return false;
    }

    /// <summary>Notes an assumption, which may stand with the feature or with its rules, but not in both.</summary>
    public void Assume(Assumption assumption, Place place)
    {
        if (!_assumptions.TryAdd((assumption.Feature, assumption.Parameter), assumption))
        {
            Faults.Error(FaultCode.DuplicateKey, place,
                $"The assumption about '{assumption.Parameter}' stands in two files; keep one of them.", assumption.Feature);
        }
    }

    /// <summary>Whether there is a thing of that kind and id.</summary>
    public bool Has(EntityKind kind, string id) => _declared.TryGetValue(id, out var found) && found.Kind == kind;

    /// <summary>What kind of thing has the id, if any.</summary>
    public EntityKind? KindOf(string id) => _declared.TryGetValue(id, out var found) ? found.Kind : null;

    /// <summary>Where a declared thing stands.</summary>
    public Place PlaceOf(string id) => _declared[id].Place;

    /// <summary>What a person calls the kind.</summary>
    public static string NameOf(EntityKind kind) => kind switch
    {
        EntityKind.Zone => "zone",
        EntityKind.Network => "network",
        EntityKind.Segment => "segment",
        EntityKind.Sensor => "sensor",
        _ => "guard",
    };
}
