using System.Net;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Grpc.Core;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CityTwin.Api.Access;

/// <summary>
/// <c>/sign-in</c> and <c>/sign-out</c>: a person shows a key, or a token of the identity provider, and their browser gets a
/// session that is worth as much, and no longer. Plain HTML: it works where scripts do not, and shows nothing of the city.
/// </summary>
internal static class SignInPage
{
    public const string Path = "/sign-in";
    public const string LeavePath = "/sign-out";

    /// <summary>The page of the console that was asked for, and is shown afterwards.</summary>
    public const string PageParameter = "page";

    public const string CredentialField = "credential";

    /// <summary>A token of a provider that says much is a few thousand characters; a longer form is not read.</summary>
    public const long FormBytesMax = 32 * 1024;

    /// <summary>Who comes in is written down first, or the log would not say who has done what follows.</summary>
    public const string NotWrittenDown = "Nobody can sign in now, because it cannot be written down: the database is away or busy. Try again in a minute.";

    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static Task Show(HttpContext http, IAntiforgery antiforgery) => Write(http, antiforgery, StatusCodes.Status200OK, "");

    public static async Task Enter(
        HttpContext http, IAntiforgery antiforgery, KeyRing keys, TokenDoor tokens, RefusalLimit refusals, OperatorSessions sessions, Doors doors, IAuditLog log)
    {
        if (await FormOf(http, antiforgery) is not { } form)
        {
            await Stale(http, antiforgery);
            return;
        }

        var credential = form[CredentialField].ToString().Trim();
        var (caller, fault) = await Credentials.Find(http, credential, keys, tokens, refusals);
        if (caller is null || caller.Principal.Expires <= doors.Now)
        {
            var refused = doors.NotKnown(http, caller, fault, "POST " + Path);
            await Write(http, antiforgery, RefusedPage.StatusOf(refused), refused.Status.Detail);
            return;
        }

        try
        {
            await log.Append(doors.EntryOf(http, AuditKind.SignIn, caller.Principal.Name, "POST " + Path, "", caller.Credential, StatusCode.OK));
        }
        catch (Exception failure) when (failure is SaveException or StorageUnusableException)
        {
            await Write(http, antiforgery, StatusCodes.Status503ServiceUnavailable, NotWrittenDown);
            return;
        }

        await sessions.Begin(http, caller.Principal, credential);
        SeeOther(http, AccessActions.Pages.FirstOrDefault(page => page == http.Request.Query[PageParameter]) ?? "/");
    }

    public static async Task Leave(HttpContext http, IAntiforgery antiforgery, Doors doors)
    {
        if (await FormOf(http, antiforgery) is null)
        {
            await Stale(http, antiforgery);
            return;
        }

        await OperatorSessions.End(http);
        if (Caller.Of(http) is { } caller)
        {
            doors.Report(http, AuditKind.SignIn, caller.Principal.Name, "POST " + LeavePath, "", caller.Credential, StatusCode.OK);
        }

        SeeOther(http, Path);
    }

    /// <returns>Null when it is not the form that this server gave this browser.</returns>
    private static async Task<IFormCollection?> FormOf(HttpContext http, IAntiforgery antiforgery)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = FormBytesMax;
        }

        Anonymous(http);
        try
        {
            return OperatorSessions.IsFromHere(http.Request) && await antiforgery.IsRequestValidAsync(http) && http.Request.HasFormContentType
                ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        }
        catch (Exception broken) when (broken is AntiforgeryValidationException or InvalidDataException or BadHttpRequestException)
        {
            // Cut off, too long, or of parts that do not end.
            return null;
        }
    }

    private static Task Stale(HttpContext http, IAntiforgery antiforgery) =>
        Write(http, antiforgery, StatusCodes.Status400BadRequest, "This form came from elsewhere, or was open for too long. Here is a new one.");

    /// <summary>A form stays good when its browser signs in or out by another one meanwhile.</summary>
    private static void Anonymous(HttpContext http) => http.User = new();

    private static void SeeOther(HttpContext http, string place)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = place;
        http.Response.Headers.CacheControl = "no-store";
    }

    private static Task Write(HttpContext http, IAntiforgery antiforgery, int status, string problem)
    {
        Anonymous(http);
        var tokens = antiforgery.GetAndStoreTokens(http);
        var headers = http.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        var token = $"""<input type="hidden" name="{tokens.FormFieldName}" value="{WebUtility.HtmlEncode(tokens.RequestToken)}">""";
        var said = problem.Length > 0 ? $"""<p role="alert">{WebUtility.HtmlEncode(problem)}</p>""" : "";
        // The form goes back to the very address that it was asked from, and so keeps the page that is wanted.
        var form = Caller.Of(http) is { } caller && problem.Length == 0
            ? $"""
                <p>You are signed in as <b>{WebUtility.HtmlEncode(caller.Principal.Name)}</b>. <a href="/">To the console</a></p>
                <form method="post" action="{LeavePath}">{token}<button>Sign out</button></form>
                """
            : $"""
                <form method="post">{token}
                <label for="credential">Key, or token of your identity provider</label>
                <input id="credential" name="{CredentialField}" type="password" autocomplete="current-password" required autofocus>
                <button>Sign in</button></form>
                """;
        return http.Response.WriteAsync(
            $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>CityTwin: sign in</title><style>
            :root { color-scheme: dark; font: 16px/1.5 system-ui, sans-serif; background: #11151c; color: #e6e9ef }
            main { max-width: 26rem; margin: 15vh auto; padding: 0 1rem } a { color: #8ab4ff } [role=alert] { color: #ffb4a2 }
            label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; margin: .5rem 0 } input, button { padding: .5rem }
            </style></head><body><main><h1>CityTwin</h1>{{said}}{{form}}</main></body></html>

            """, http.RequestAborted);
    }
}
