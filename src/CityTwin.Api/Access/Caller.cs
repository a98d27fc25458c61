using System.Security.Claims;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>Who calls, as the credential shown says.</summary>
/// <param name="Credential">Which one it was, never the credential itself.</param>
/// <param name="Ended">Cancelled when the credential is revoked; expiry shows in the principal.</param>
public sealed record Caller(Principal Principal, string Credential, CancellationToken Ended)
{
    /// <summary>As ASP.NET carries it around; made once for many calls.</summary>
    public ClaimsPrincipal User => field ??= new(new CallerIdentity(this));

    /// <summary>Null for a request without a credential that holds.</summary>
    public static Caller? Of(HttpContext http) => http.Features.Get<Visit>()?.Caller;
}

/// <summary>The identity of a known caller.</summary>
public sealed class CallerIdentity(Caller caller) : ClaimsIdentity([new Claim(DefaultNameClaimType, caller.Principal.Name)], "citytwin")
{
    public Caller Caller => caller;
}
