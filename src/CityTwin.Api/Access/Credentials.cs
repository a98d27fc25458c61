using CityTwin.Api.Errors;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// Finds out who calls, once for each request and before anything else looks at it: by a key, by a token of an identity
/// provider, or by the session of a browser. What a request without any of them may do, the doors decide.
/// </summary>
internal sealed class Credentials(RequestDelegate next, KeyRing keys, OperatorSessions sessions, TokenDoor tokens, RefusalLimit refusals)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization is [{ Length: > 0 } first, ..] ? first : null;
        return header is not null && keys.Known(header) is { } known ? Go(http, known, null) : Look(http, header);
    }

    private async Task Look(HttpContext http, string? header)
    {
        var (caller, fault) = await Read(http, header);
        await Go(http, caller, fault);
    }

    private Task Go(HttpContext http, Caller? caller, CredentialFault? fault)
    {
        http.Features.Set(new Visit(caller, fault));
        return next(http);
    }

    private ValueTask<(Caller? Caller, CredentialFault? Fault)> Read(HttpContext http, string? header)
    {
        if (header is null)
        {
            return sessions.Find(http);
        }

        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new((null, new(ErrorReason.CredentialInvalid, "The credential is 'authorization: Bearer ...'.")));
        }

        return Find(http, header[Scheme.Length..].Trim(), keys, tokens, refusals, header);
    }

    /// <summary>Who shows a key or a token, whatever it came in.</summary>
    internal static ValueTask<(Caller? Caller, CredentialFault? Fault)> Find(
        HttpContext http, string shown, KeyRing keys, TokenDoor tokens, RefusalLimit refusals, string? header = null) =>
        shown.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) ? new(keys.Find(shown, header)) : tokens.Find(http, shown, refusals);
}
