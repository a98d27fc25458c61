using System.Collections.Immutable;

namespace CityTwin.Core.Health;

/// <summary>A silo as the membership of the cluster lists it now.</summary>
/// <param name="Address">Of this very run of it; a restart has another one.</param>
/// <param name="Place">Where it listens; a restart in the same place takes over.</param>
/// <param name="Standing">Null = dead, and the membership does not say of what.</param>
public readonly record struct SiloListed(string Name, string Address, string Place, SiloStanding? Standing);

/// <summary>Tells silos that were lost from those that stopped, by how they stood before.</summary>
public static class ClusterRules
{
    /// <summary>The membership lists the dead for days; so many are told, the living first.</summary>
    public const int SilosMax = 100;

    /// <summary>The cluster as it is seen now.</summary>
    /// <param name="before">As it was seen a moment ago; empty at the start, when nobody knows how the dead died.</param>
    public static ImmutableArray<SiloSeen> Follow(ImmutableArray<SiloSeen> before, IReadOnlyCollection<SiloListed> listed, DateTimeOffset now)
    {
        var known = before.ToDictionary(silo => silo.Address);
        var living = listed.Where(silo => silo.Standing is SiloStanding.Active or SiloStanding.Joining).ToList();
        var (names, places) = (living.Select(silo => silo.Name).ToHashSet(), living.Select(silo => silo.Place).ToHashSet());
        return
        [
            .. listed.Select(silo =>
            {
                var was = known.GetValueOrDefault(silo.Address);
                var isReplaced = names.Contains(silo.Name) || places.Contains(silo.Place);
                var standing = silo.Standing ?? (was?.Standing is SiloStanding.Active or SiloStanding.Joining or SiloStanding.Lost && !isReplaced
                    ? SiloStanding.Lost : SiloStanding.Gone);
                return was?.Standing == standing ? was : new SiloSeen(silo.Name, silo.Address, standing, now);
            }).OrderBy(silo => silo.Standing).ThenBy(silo => silo.Name, StringComparer.Ordinal).ThenBy(silo => silo.Address, StringComparer.Ordinal).Take(SilosMax),
        ];
    }
}
