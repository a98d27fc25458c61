using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Api.Errors;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// The way in for a person with a browser: a session cookie, left by a link of the embedded silo that works once, or in
/// exchange for a key or a token. The cookie says what it was given for, encrypted, and is worth no more than that is now.
/// </summary>
public sealed class OperatorSessions(AccessOptions options, KeyRing keys, TimeProvider time)
{
    public const string EnterPath = "/enter";
    public const string LinkParameter = "once";

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    internal const string Scheme = "operator";
    private const int LinkBytes = 32;

    /// <summary>What a session was begun with: the type of its identity. The link's is called as the scheme.</summary>
    private const string Link = Scheme;
    private const string Key = "key";
    private const string Token = "token";
    private const string IdClaim = "id";
    private const string HashClaim = "hash";

    private string? _link;

    /// <summary>Who sits at the machine: everything but a device.</summary>
    public static Principal LocalOperator(DateTimeOffset? expires) => new(
        "local-operator", PrincipalKind.LocalOperator, [new(RoleWords.All & ~Roles.Device, ZoneScope.Everything)], expires);

    /// <summary>A new link, the only one that works from now on: what follows the server's address.</summary>
    public string NewLink()
    {
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(LinkBytes));
        Volatile.Write(ref _link, secret);
        return $"{EnterPath}?{LinkParameter}={secret}";
    }

    /// <summary>Told when a link has been used, so that the next one can be shown where the first was.</summary>
    public event Action? LinkUsed;

    /// <summary>Serves the link: a session for the first who comes with it.</summary>
    /// <param name="writeDown">Done before there is a session; when it fails the link is good again.</param>
    internal async Task<bool> Enter(HttpContext http, Func<Task> writeDown)
    {
        var given = http.Request.Query[LinkParameter].ToString();
        var link = Volatile.Read(ref _link);
        if (!options.HasOperatorLink || link is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(link))
            || Interlocked.CompareExchange(ref _link, null, link) != link)
        {
            return false;
        }

        try
        {
            await writeDown();
        }
        catch
        {
            Interlocked.CompareExchange(ref _link, link, null);
            throw;
        }

        await http.SignInAsync(Scheme, new(new ClaimsIdentity([new(ClaimTypes.Name, "local-operator")], Link)));
        LinkUsed?.Invoke();
        return true;
    }

    /// <summary>Begins a session for who has just shown a credential that holds; it ends with that at the latest.</summary>
    internal Task Begin(HttpContext http, Principal principal, string credential)
    {
        var identity = ApiKey.IdIn(credential) is { } id
            ? new ClaimsIdentity([new(IdClaim, id), new(HashClaim, ApiKey.HashOf(credential))], Key)
            : new ClaimsIdentity(TokenClaims.Of(principal, options.Tokens!), Token);
        var properties = new AuthenticationProperties { IssuedUtc = time.GetUtcNow() };
        properties.ExpiresUtc = Earlier(properties.IssuedUtc + Lasts, principal.Expires);
        return http.SignInAsync(Scheme, new(identity), properties);
    }

    internal static Task End(HttpContext http) => http.SignOutAsync(Scheme);

    internal ValueTask<(Caller? Caller, CredentialFault? Fault)> Find(HttpContext http) =>
        http.Request.Headers.Cookie.Count > 0 && IsFromHere(http.Request) ? new(Read(http)) : default;

    private async Task<(Caller? Caller, CredentialFault? Fault)> Read(HttpContext http)
    {
        var session = await http.AuthenticateAsync(Scheme);
        if (!session.Succeeded)
        {
            return default;
        }

        var (holder, expires) = (session.Principal, session.Properties.ExpiresUtc);
        return holder.Identity!.AuthenticationType switch
        {
            Link when options.HasOperatorLink => (new(LocalOperator(expires), "session", CancellationToken.None), null),
            Key when keys.OfSession(holder.FindFirstValue(IdClaim)!, holder.FindFirstValue(HashClaim)!) is { } known => (
                new(known.Principal with { Expires = Earlier(expires, known.Principal.Expires) }, $"session of {known.Credential}", known.Ended), null),
            Key => (null, new(ErrorReason.CredentialRevoked, "The key that this session began with holds no more.")),
            Token when options.Tokens is { } tokens && TokenClaims.PrincipalOf(holder, expires, tokens).Principal is { } principal => (
                new(principal, $"session of {principal.Name}", CancellationToken.None), null),
            _ => default,
        };
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => other < one ? other : one;

    /// <summary>For a browser, other ports of this machine are the same site: SameSite alone does not keep their pages out.</summary>
    internal static bool IsFromHere(HttpRequest request) =>
        request.Headers.Origin is not [{ Length: > 0 } origin, ..] || origin == $"{request.Scheme}://{request.Host}";
}
