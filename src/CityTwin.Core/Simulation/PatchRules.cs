using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Builds what a scenario adds to a city.</summary>
public static class PatchRules
{
    /// <summary>The city's rules after the patch, sorted by id.</summary>
    /// <exception cref="ArgumentException">The patch does not fit the city; <see cref="Faults"/> says why beforehand.</exception>
    public static ImmutableArray<(SegmentId Segment, SegmentRule Rule)> Apply(City city, CityPatch patch)
    {
        if (Faults(city, patch) is [var fault, ..])
        {
            throw new ArgumentException(fault.Message, nameof(patch));
        }

        return Patched(city, patch);
    }

    /// <summary>Everything that keeps a patch from fitting a city.</summary>
    public static ImmutableArray<PatchFault> Faults(City city, CityPatch patch)
    {
        var rules = city.Segments.ToDictionary(segment => segment.Id, segment => segment.Rule);
        var faults = ImmutableArray.CreateBuilder<PatchFault>();
        void Feeds(SegmentId target, string list, int index)
        {
            if (!rules.TryGetValue(target, out var rule))
            {
                faults.Add(new(list, index, $"There is no segment '{target}'."));
            }
            else if (rule.Membership is { IsSource: false })
            {
                faults.Add(new(list, index, $"'{target}' is fed by its network; only a segment outside networks, or a source, has a supply and a backup."));
            }
        }

        for (var i = 0; i < patch.Backups.Length; i++)
        {
            Feeds(patch.Backups[i].Target, "backups", i);
        }

        for (var i = 0; i < patch.Feeds.Length; i++)
        {
            Feeds(patch.Feeds[i].Target, "feeds", i);
            if (!rules.ContainsKey(patch.Feeds[i].From))
            {
                faults.Add(new("feeds", i, $"There is no segment '{patch.Feeds[i].From}'."));
            }
        }

        var added = new HashSet<SegmentId>();
        for (var i = 0; i < patch.Links.Length; i++)
        {
            var link = patch.Links[i];
            if (rules.ContainsKey(link.Id) || !added.Add(link.Id))
            {
                faults.Add(new("links", i, $"A segment '{link.Id}' exists already."));
            }

            if (NetworkOf(rules, link.A) is not { } network || NetworkOf(rules, link.B) != network || link.A == link.B)
            {
                faults.Add(new("links", i, $"'{link.A}' and '{link.B}' are not two nodes of one network."));
            }
        }

        if (faults.Count == 0 && SupplyLoops.Find(Patched(city, patch)) is [var loop, ..])
        {
            faults.Add(new("feeds", 0, $"The patch makes a supply loop, which could feed itself for ever: {string.Join(", ", loop)}."));
        }

        return faults.ToImmutable();
    }

    private static ImmutableArray<(SegmentId Segment, SegmentRule Rule)> Patched(City city, CityPatch patch)
    {
        var rules = city.Segments.ToDictionary(segment => segment.Id, segment => segment.Rule);
        foreach (var (target, backup) in patch.Backups)
        {
            rules[target] = rules[target] with { Backup = backup };
        }

        foreach (var (target, from) in patch.Feeds)
        {
            // Without a supply of its own it is fed in full already; another feed cannot add to that.
            rules[target] = rules[target].Supply is { } supply
                ? rules[target] with { Supply = new Greatest([supply, new Supplier(from)]) }
                : rules[target];
        }

        foreach (var (id, a, b) in patch.Links)
        {
            rules[id] = new(Membership: new(NetworkOf(rules, a)!.Value, new(a, b), false));
        }

        return [.. rules.OrderBy(pair => pair.Key).Select(pair => (pair.Key, pair.Value))];
    }

    private static NetworkId? NetworkOf(Dictionary<SegmentId, SegmentRule> rules, SegmentId node) =>
        rules.TryGetValue(node, out var rule) && rule.Membership is { Ends: null } membership ? membership.Network : null;
}

/// <summary>Something in a patch that does not fit the city.</summary>
/// <param name="List">The patch's list as in the scenario file: <c>backups</c>, <c>feeds</c> or <c>links</c>.</param>
public sealed record PatchFault(string List, int Index, string Message);
