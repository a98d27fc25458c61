using CityTwin.Core.Views;

namespace CityTwin.Core.Access;

/// <summary>Whether somebody may do something, and if not, why.</summary>
public enum AccessVerdict
{
    Allowed,

    /// <summary>The action needs a credential, and none was shown.</summary>
    NoCredential,

    /// <summary>The credential has expired.</summary>
    Expired,

    /// <summary>None of the principal's roles may do this anywhere.</summary>
    RoleMissing,

    /// <summary>They may, but not in all of the zones that it touches.</summary>
    OutOfScope,
}

/// <summary>The one decision behind every door: gRPC, REST, streams, pages, broker.</summary>
public static class AccessRules
{
    /// <summary>Stands among touched zones for what belongs to no zone: only a grant over everything covers it.</summary>
    public const int WholeCity = -1;

    /// <summary>
    /// Whether a principal may take an action. Every zone touched must be covered by some grant that holds one of the
    /// action's roles, over the zone itself or one that it lies in; they need not be the same grant.
    /// </summary>
    /// <param name="principal">Null for a caller without a credential.</param>
    /// <param name="city">Where the zones are looked up; null where the action touches none.</param>
    /// <param name="touched">Places of zones, or <see cref="WholeCity"/>; empty for what needs the role alone.</param>
    public static AccessVerdict May(
        Principal? principal, Permission permission, CityIndex? city, ReadOnlySpan<int> touched, DateTimeOffset now)
    {
        if (permission.Roles.HasFlag(Roles.Anyone))
        {
            return AccessVerdict.Allowed;
        }

        if (principal is null)
        {
            return AccessVerdict.NoCredential;
        }

        if (principal.Expires <= now)
        {
            return AccessVerdict.Expired;
        }

        if ((principal.EverywhereRoles & permission.Roles) != 0)
        {
            return AccessVerdict.Allowed;
        }

        if ((principal.AnywhereRoles & permission.Roles) == 0)
        {
            return AccessVerdict.RoleMissing;
        }

        foreach (var zone in touched)
        {
            if (city is null || !Covers(principal, permission, city, zone))
            {
                return AccessVerdict.OutOfScope;
            }
        }

        return AccessVerdict.Allowed;
    }

    /// <summary>Whether a grant with one of the action's roles covers a zone.</summary>
    internal static bool Covers(Principal principal, Permission permission, CityIndex city, int zone)
    {
        foreach (var grant in principal.Grants)
        {
            if ((grant.Roles & permission.Roles) != 0 && (grant.Scope.IsEverything || IsWithin(city, zone, grant.Scope)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWithin(CityIndex city, int zone, ZoneScope scope)
    {
        foreach (var outer in scope.Zones)
        {
            // A zone that this definition does not have covers nothing.
            if (city.Find(outer) is { } place && city.IsWithin(zone, place))
            {
                return true;
            }
        }

        return false;
    }
}
