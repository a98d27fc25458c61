using CityTwin.Api.Errors;
using CityTwin.Core.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// Finds out who calls, once for each request and before anything else looks at it: by a key, by a token of an identity
/// provider, or by the session of the operator's link. What a request without any of them may do, the doors decide.
/// </summary>
internal sealed class Credentials(RequestDelegate next, KeyRing keys, OperatorSessions sessions, TokenDoor tokens, RefusalLimit refusals)
{
    private const string Scheme = "Bearer ";

    public Task InvokeAsync(HttpContext http)
    {
        var reading = Read(http);
        return reading.IsCompletedSuccessfully ? Go(http, reading.GetAwaiter().GetResult()) : Wait(http, reading);
    }

    private async Task Wait(HttpContext http, ValueTask<(Caller? Caller, CredentialFault? Fault)> reading) => await Go(http, await reading);

    private Task Go(HttpContext http, (Caller? Caller, CredentialFault? Fault) read)
    {
        http.Features.Set(new Visit(read.Caller, read.Fault));
        return next(http);
    }

    private ValueTask<(Caller? Caller, CredentialFault? Fault)> Read(HttpContext http)
    {
        if (http.Request.Headers.Authorization is not [{ Length: > 0 } header, ..])
        {
            return sessions.Find(http);
        }

        if (keys.Known(header) is { } known)
        {
            return new((known, null));
        }

        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new((null, new(ErrorReason.CredentialInvalid, "The credential is 'authorization: Bearer ...'.")));
        }

        var token = header[Scheme.Length..].Trim();
        return token.StartsWith(ApiKey.Prefix, StringComparison.Ordinal) ? new(keys.Find(token, header)) : tokens.Find(http, token, refusals);
    }
}
