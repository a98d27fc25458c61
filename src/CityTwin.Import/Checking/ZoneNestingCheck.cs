using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>No zone lies inside itself by way of its parents; a parent should be of a larger kind.</summary>
internal static class ZoneNestingCheck
{
    public static void Run(CityDraft draft)
    {
        var zones = draft.Zones.ToDictionary(zone => zone.Id);
        var settled = new HashSet<ZoneId>();
        foreach (var start in draft.Zones)
        {
            if (start.Parent is { } parentId && parentId != start.Id
                && zones.TryGetValue(parentId, out var parent) && parent.Kind >= start.Kind)
            {
                draft.Faults.Warning(FaultCode.ZoneKindOrder, PlaceOf(draft, start.Id),
                    $"A {WordOf(start)} lies inside the {WordOf(parent)} '{parentId}'; a district holds zones, and a zone holds sites.", start.Id.Value);
            }

            var path = new List<ZoneId>();
            var onPath = new HashSet<ZoneId>();
            for (ZoneId? at = start.Id; at is { } id && zones.ContainsKey(id) && !settled.Contains(id); at = zones[id].Parent)
            {
                if (!onPath.Add(id))
                {
                    var circle = string.Join(" -> ", path.Skip(path.IndexOf(id)).Append(id));
                    draft.Faults.Error(FaultCode.NestingCycle, PlaceOf(draft, id),
                        $"These zones lie inside one another in a circle: {circle}. Take away one 'parent'.", id.Value);
                    break;
                }

                path.Add(id);
            }

            settled.UnionWith(path);
        }
    }

    private static Place PlaceOf(CityDraft draft, ZoneId zone) => draft.PlaceOf(zone.Value).Member(Names.Properties).Member(Names.Parent);

    private static string WordOf(Zone zone) => CityFormat.ZoneKinds.First(pair => pair.Kind == zone.Kind).Word;
}
