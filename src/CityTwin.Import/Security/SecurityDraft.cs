using System.Collections.Immutable;
using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Security;

/// <summary>The kinds of thing that have an id in a security model. An id names one thing of its kind.</summary>
internal enum SecurityKind
{
    Zone,
    Conduit,
    Asset,
    Area,
    Schedule,
    Step,
}

/// <summary>Which ids a security model has, and where it names others; looked up when all has been read.</summary>
internal sealed class SecurityDraft(CityDraft city)
{
    private readonly HashSet<(SecurityKind Kind, string Id)> _declared = [];
    private readonly List<(SecurityKind Kind, string Id, Place Place, string? Feature)> _references = [];

    public FaultList Faults => city.Faults;

    /// <summary>The kinds of which not all ids are known: nobody can say that one does not exist.</summary>
    public HashSet<SecurityKind> Incomplete { get; } = [];

    /// <summary>Whether something of the city has the id.</summary>
    public bool HasInCity(string id) => city.KindOf(id) is not null;

    public void Declare(SecurityKind kind, string id) => _declared.Add((kind, id));

    /// <summary>The id of a thing of the model; null when absent, or after telling that it is no id.</summary>
    public string? Name(Fields fields, string name, SecurityKind kind, bool required = false)
    {
        if (fields.Id(name, required) is { } id)
        {
            _references.Add((kind, id, fields.PlaceOf(name), fields.Feature));
            return id;
        }

        return null;
    }

    /// <summary>A list of such ids, sorted.</summary>
    public ImmutableArray<string> List(Fields fields, string name, SecurityKind kind) =>
        Words(fields, name, (id, place) => _references.Add((kind, id, place, fields.Feature)));

    /// <summary>The id of a thing of the city.</summary>
    public string? Name(Fields fields, string name, EntityKind kind, bool required = false)
    {
        if (fields.Id(name, required) is { } id)
        {
            city.References.Add(new(kind, id, fields.PlaceOf(name), fields.Feature));
            return id;
        }

        return null;
    }

    /// <summary>A list of such ids, sorted.</summary>
    public ImmutableArray<string> List(Fields fields, string name, EntityKind kind) =>
        Words(fields, name, (id, place) => city.References.Add(new(kind, id, place, fields.Feature)));

    /// <summary>The segment named, which must be there.</summary>
    public SegmentId Segment(Fields fields, string name) => new(Name(fields, name, EntityKind.Segment, required: true) ?? "");

    public void CheckReferences()
    {
        foreach (var (kind, id, place, feature) in _references)
        {
            if (!_declared.Contains((kind, id)) && !Incomplete.Contains(kind))
            {
                Faults.Error(FaultCode.UnknownReference, place, $"There is no {NameOf(kind)} '{id}'; add it, or correct the id.", feature);
            }
        }
    }

    private static ImmutableArray<string> Words(Fields fields, string name, Action<string, Place> note)
    {
        var words = fields.Words(name);
        for (var i = 0; i < words.Length; i++)
        {
            if (CityFormat.IsId(words[i]))
            {
                note(words[i], fields.PlaceOf(name).Element(i));
            }
        }

        return words.Sort(StringComparer.Ordinal);
    }

    private static string NameOf(SecurityKind kind) => kind switch
    {
        SecurityKind.Zone => "security zone",
        SecurityKind.Conduit => "conduit",
        SecurityKind.Asset => "asset",
        SecurityKind.Area => "area",
        SecurityKind.Schedule => "schedule",
        _ => "step",
    };
}
