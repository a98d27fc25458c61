using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// The embedded silo's way in for a person with a browser: a link that works once and leaves a session cookie. Off wherever
/// credentials are configured.
/// </summary>
public sealed class OperatorSessions(bool isOn)
{
    public const string EnterPath = "/enter";
    public const string LinkParameter = "once";

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    internal const string Scheme = "operator";
    private const int LinkBytes = 32;

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
    internal async Task<bool> Enter(HttpContext http)
    {
        var given = http.Request.Query[LinkParameter].ToString();
        var link = Volatile.Read(ref _link);
        if (!isOn || link is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(link))
            || Interlocked.CompareExchange(ref _link, null, link) != link)
        {
            return false;
        }

        await http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, "local-operator")], Scheme)));
        LinkUsed?.Invoke();
        return true;
    }

    internal ValueTask<(Caller? Caller, CredentialFault? Fault)> Find(HttpContext http) =>
        isOn && http.Request.Headers.Cookie.Count > 0 && IsFromHere(http.Request) ? new(Read(http)) : default;

    private static async Task<(Caller? Caller, CredentialFault? Fault)> Read(HttpContext http)
    {
        var session = await http.AuthenticateAsync(Scheme);
        return session.Succeeded ? (new(LocalOperator(session.Properties.ExpiresUtc), "session", CancellationToken.None), null) : default;
    }

    /// <summary>For a browser, other ports of this machine are the same site: SameSite alone does not keep their pages out.</summary>
    private static bool IsFromHere(HttpRequest request) =>
        request.Headers.Origin is not [{ Length: > 0 } origin, ..] || origin == $"{request.Scheme}://{request.Host}";
}
