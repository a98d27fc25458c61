using System.Collections.Immutable;
using System.Security.Claims;
using CityTwin.Core.Access;
using CityTwin.Core.Model;

namespace CityTwin.Api.Access;

/// <summary>What the claims of a token say, in our words.</summary>
internal static class TokenClaims
{
    /// <returns>The principal, or what keeps it from being one.</returns>
    public static (Principal? Principal, string Fault) PrincipalOf(ClaimsPrincipal token, DateTimeOffset? expires, TokenOptions options)
    {
        var name = token.FindFirst(options.NameClaim)?.Value ?? "";
        if (name.Length is 0 or > Principal.NameLengthMax || name.Any(char.IsControl))
        {
            return (null, $"The token has no claim '{options.NameClaim}' of 1 to {Principal.NameLengthMax} characters.");
        }

        // Words that are no roles of ours are the provider's own business.
        var roles = token.FindAll(options.RolesClaim).Select(claim => RoleWords.Parse(claim.Value) ?? Roles.None)
            .Aggregate(Roles.None, (all, role) => all | role) & RoleWords.All;
        var scope = options.ZonesClaim is not { } zones ? ZoneScope.Everything : ScopeOf([.. token.FindAll(zones).Select(claim => claim.Value)]);
        return (new(name, PrincipalKind.Token, [new(roles, scope)], expires), "");
    }

    /// <summary>The claims from which <see cref="PrincipalOf"/> makes the same principal again: what a session remembers of a token.</summary>
    public static IEnumerable<Claim> Of(Principal principal, TokenOptions options)
    {
        var (roles, scope) = principal.Grants[0];
        return [
            new(options.NameClaim, principal.Name),
            .. RoleWords.Granted.Where(role => roles.HasFlag(role)).Select(role => new Claim(options.RolesClaim, RoleWords.Of(role))),
            .. options.ZonesClaim is not { } zones ? Array.Empty<Claim>()
                : scope.IsEverything ? [new Claim(zones, KeyFile.Everything)] : scope.Zones.Select(zone => new Claim(zones, zone.Value)),
        ];
    }

    private static ZoneScope ScopeOf(ImmutableArray<string> zones) =>
        zones.Contains(KeyFile.Everything) ? ZoneScope.Everything : new(false, [.. zones.Select(zone => new ZoneId(zone))]);
}
