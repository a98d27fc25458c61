using CityTwin.Core.Views;

namespace CityTwin.Core.Access;

/// <summary>The zones that somebody sees through one action: what lists, maps and streams are cut to.</summary>
public sealed class Sight
{
    private readonly bool[]? _zones;

    private Sight(bool[]? zones) => _zones = zones;

    /// <summary>Sees the whole city, and what belongs to no zone.</summary>
    public static Sight Everything { get; } = new(null);

    public bool IsEverything => _zones is null;

    public static Sight Of(Principal principal, Permission permission, CityIndex city)
    {
        if ((principal.EverywhereRoles & permission.Roles) != 0)
        {
            return Everything;
        }

        var zones = new bool[city.City.Zones.Length];
        for (var zone = 0; zone < zones.Length; zone++)
        {
            zones[zone] = AccessRules.Covers(principal, permission, city, zone);
        }

        return new(zones);
    }

    /// <param name="zone">A place, or <see cref="AccessRules.WholeCity"/>.</param>
    public bool Sees(int zone) => _zones is null || (zone >= 0 && _zones[zone]);

    /// <summary>True when all of them are seen.</summary>
    public bool Sees(ReadOnlySpan<int> zones)
    {
        foreach (var zone in zones)
        {
            if (!Sees(zone))
            {
                return false;
            }
        }

        return true;
    }
}
