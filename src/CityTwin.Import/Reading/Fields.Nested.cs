using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Import.Format;

namespace CityTwin.Import.Reading;

/// <content>Objects inside an object: one, a list of them, or a map from id.</content>
internal sealed partial class Fields
{
    /// <summary>The objects of a list, each with its own properties; what is unknown in one is told once it has been read.</summary>
    public IEnumerable<Fields> Each(string name, ImmutableArray<string> known)
    {
        if (Json(name) is not { } list)
        {
            yield break;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            Error(FaultCode.WrongType, name, $"'{Spelling(name)}' must be a list, not {JsonFile.NameOf(list.ValueKind)}.");
            yield break;
        }

        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            if (Of(element, PlaceOf(name).Element(index++), known, _faults, Feature) is { } item)
            {
                yield return item;
                item.Close();
            }
        }
    }

    /// <summary>An object with properties of its own; null when absent, or after telling that it is none. The caller closes it.</summary>
    public Fields? Object(string name, ImmutableArray<string> known, bool required = false) =>
        Json(name, required) is { } element ? Of(element, PlaceOf(name), known, _faults, Feature) : null;

    /// <summary>The entries of a map from id to object; what is unknown in one is told once it has been read.</summary>
    /// <param name="entriesMax">With more than this, none is read, and that is told.</param>
    /// <param name="file">Where the map is one of the long members of its root: what it holds.</param>
    public IEnumerable<(string Id, Fields Entry)> Entries(string name, ImmutableArray<string> known, int entriesMax, LongFile? file = null)
    {
        var place = PlaceOf(name);
        if (Json(name) is not { } map || JsonFile.Members(map, place, _faults) is not { } members)
        {
            yield break;
        }

        if ((file?.CountOf(name) ?? members.Count) > entriesMax)
        {
            _faults.Error(FaultCode.LimitExceeded, place, $"At most {entriesMax} entries can stand here.");
            yield break;
        }

        foreach (var (id, value) in file is null ? members.Select(member => (member.Key, member.Value)) : JsonFile.Members(file, name, place, _faults))
        {
            var at = place.Member(id);
            if (!CityFormat.IsId(id))
            {
                _faults.Error(FaultCode.BadId, at, IdMessage(id));
            }
            else if (Of(value, at, known, _faults, id) is { } entry)
            {
                yield return (id, entry);
                entry.Close();
            }
        }
    }
}
