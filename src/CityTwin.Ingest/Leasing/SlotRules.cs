using System.Collections.Immutable;
using CityTwin.Grains.Storing;

namespace CityTwin.Ingest.Leasing;

/// <summary>How the slots of a city are shared out over its silos: each decides for itself, from the same table of leases.</summary>
internal static class SlotRules
{
    /// <summary>
    /// What a silo takes and leaves. Each silo has its part of all slots; the parts differ by one at most, and those whose names
    /// come first have the larger ones. So all that is free is somebody's to take, and whoever has a slot too many leaves
    /// it to who has one too few. Slots beyond <paramref name="slots"/> that were once held count too: their sessions may keep messages.
    /// </summary>
    /// <param name="owner">The silo that decides.</param>
    /// <param name="slots">How many there are to be, 1..<see cref="ExternalBrokerOptions.SlotsMax"/>.</param>
    public static SlotPlan Plan(string owner, SlotNames names, int slots, ImmutableArray<Lease> leases)
    {
        var known = leases.ToDictionary(lease => lease.Name, StringComparer.Ordinal);
        var all = Enumerable.Range(0, ExternalBrokerOptions.SlotsMax).Select(names.Slot)
            .Where((name, number) => number < slots || known.ContainsKey(name)).ToList();
        var silos = leases.Where(lease => lease.IsInForce && names.IsPresence(lease.Name)).Select(lease => lease.Owner)
            .Append(owner).Distinct().Order(StringComparer.Ordinal).ToList();
        var rank = silos.IndexOf(owner);
        var part = (all.Count / silos.Count) + (rank < all.Count % silos.Count ? 1 : 0);
        var mine = all.Where(name => known.GetValueOrDefault(name) is { IsInForce: true } lease && lease.Owner == owner).ToImmutableArray();
        if (mine.Length >= part)
        {
            return new(mine[..part], mine[part..]);
        }

        var free = all.Where(name => known.GetValueOrDefault(name) is not { IsInForce: true }).ToList();
        // Each begins elsewhere, so that those who find the same slots free do not all go for the same.
        var first = free.Count * rank / silos.Count;
        return new([.. mine, .. free.Skip(first).Concat(free.Take(first)).Take(part - mine.Length)], []);
    }
}

/// <summary>What a silo does about slots.</summary>
/// <param name="Hold">To keep or to take.</param>
/// <param name="Leave">To give up in good order, for others.</param>
internal sealed record SlotPlan(ImmutableArray<string> Hold, ImmutableArray<string> Leave);
