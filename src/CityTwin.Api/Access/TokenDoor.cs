using System.Security.Cryptography;
using System.Text;
using CityTwin.Api.Errors;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.Tokens;

namespace CityTwin.Api.Access;

/// <summary>
/// Callers with a token of an identity provider. Checking a signature costs more than a read, so a token that was found good
/// is remembered for a while: that long it outlives a signing key that the provider withdraws.
/// </summary>
internal sealed class TokenDoor(TokenOptions? options, TimeProvider time) : IDisposable
{
    public const int RememberedMax = 10_000;
    public static readonly TimeSpan RememberedFor = TimeSpan.FromSeconds(60);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = RememberedMax });

    public async ValueTask<(Caller? Caller, CredentialFault? Fault)> Find(HttpContext http, string token, RefusalLimit refusals)
    {
        if (options is null)
        {
            return (null, new(ErrorReason.CredentialInvalid, "This server knows keys only, no tokens."));
        }

        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
        if (_known.TryGetValue(digest, out Caller? known))
        {
            return (known, null);
        }

        if (refusals.IsSpent(http.Connection.RemoteIpAddress))
        {
            return (null, new(ErrorReason.CredentialInvalid, "Too much has been refused from here: the token was not looked at."));
        }

        // Where the scheme looks for it; it may have come in a form.
        http.Request.Headers.Authorization = $"Bearer {token}";
        var result = await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (!result.Succeeded)
        {
            return (null, FaultOf(result.Failure));
        }

        var (principal, fault) = TokenClaims.PrincipalOf(result.Principal, result.Properties?.ExpiresUtc, options);
        if (principal is null)
        {
            return (null, new(ErrorReason.CredentialInvalid, fault));
        }

        var caller = new Caller(principal, $"token of {principal.Name}", CancellationToken.None);
        var until = principal.Expires is { } expires && expires - time.GetUtcNow() < RememberedFor ? expires : time.GetUtcNow() + RememberedFor;
        _known.Set(digest, caller, new MemoryCacheEntryOptions { AbsoluteExpiration = until, Size = 1 });
        return (caller, null);
    }

    public void Dispose() => _known.Dispose();

    /// <summary>Expiry is told, because its holder can mend it; what else is wrong helps only who forges.</summary>
    private static CredentialFault FaultOf(Exception? failure) => failure is SecurityTokenExpiredException
        ? new(ErrorReason.CredentialExpired, "The token has expired.")
        : new(ErrorReason.CredentialInvalid, "The token is not good here: issuer, audience, signature or time are wrong.");
}
