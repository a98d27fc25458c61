using CityTwin.Core.Model;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Checking;

/// <summary>Members of a network get their supply from it, links join two of its nodes, and something feeds it.</summary>
internal static class NetworkCheck
{
    public static void Run(CityDraft draft, DependencyTables rules)
    {
        var segments = draft.Segments.ToDictionary(segment => segment.Id);
        foreach (var segment in draft.Segments)
        {
            if (segment.Rule.Membership is { } membership)
            {
                var place = rules.Segments[segment.Id.Value].Place;
                CheckSupply(draft, segment, membership.IsSource, place);
                CheckEnds(draft, segment, segments, place);
            }
        }

        var fed = draft.Segments
            .Where(segment => segment.Rule.Membership is { IsSource: true })
            .Select(segment => segment.Rule.Membership!.Network).ToHashSet();
        foreach (var network in draft.Networks.Where(network => !fed.Contains(network.Id)))
        {
            draft.Faults.Warning(FaultCode.NetworkWithoutSource, draft.PlaceOf(network.Id.Value),
                $"Nothing feeds the network '{network.Id}', so its segments are always at 0; mark a node with \"source\": true.", network.Id.Value);
        }
    }

    private static void CheckSupply(CityDraft draft, Segment segment, bool isSource, Place place)
    {
        if (isSource)
        {
            return;
        }

        if (segment.Rule.Supply is not null)
        {
            draft.Faults.Error(FaultCode.SupplyInNetwork, place.Member(Names.Supply),
                "A member of a network is fed by the network; take away 'supply', or make it a source.", segment.Id.Value);
        }

        if (segment.Rule.Backup is not null)
        {
            draft.Faults.Error(FaultCode.SupplyInNetwork, place.Member(Names.Backup),
                "A backup covers supply, which a member of a network gets from the network; make the backup a segment of its own that this one 'needs', or make this one a source.",
                segment.Id.Value);
        }
    }

    private static void CheckEnds(CityDraft draft, Segment link, Dictionary<SegmentId, Segment> segments, Place place)
    {
        if (link.Rule.Membership is not { Ends: { } ends } membership)
        {
            return;
        }

        foreach (var (end, index) in new[] { (ends.A, 0), (ends.B, 1) })
        {
            // An end that does not exist is an unknown reference, told already.
            var isNode = !segments.TryGetValue(end, out var node)
                || (node.Rule.Membership is { Ends: null } other && other.Network == membership.Network);
            if (!isNode)
            {
                draft.Faults.Error(FaultCode.LinkOutsideNetwork, place.Member(Names.Ends).Element(index),
                    $"'{end}' is no node of the network '{membership.Network}'; a link joins two nodes of its own network.", link.Id.Value);
            }
        }

        if (ends.A == ends.B)
        {
            draft.Faults.Error(FaultCode.LinkOutsideNetwork, place.Member(Names.Ends),
                "Both ends are the same node; a link joins two.", link.Id.Value);
        }
    }
}
