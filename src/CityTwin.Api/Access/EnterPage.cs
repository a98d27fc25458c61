using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary><c>GET /enter?once=...</c>: the operator's link. It works once, and leads to the console.</summary>
internal static class EnterPage
{
    private const string Action = "GET " + OperatorSessions.EnterPath;

    public static async Task Serve(HttpContext http, OperatorSessions sessions, Doors doors, RefusalLimit refusals, IAuditLog log)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        try
        {
            if (await sessions.Enter(http, () => log.Append(doors.EntryOf(http, AuditKind.SignIn, "local-operator", Action, "", "", StatusCode.OK))))
            {
                http.Response.Redirect("/");
                return;
            }
        }
        catch (Exception failure) when (failure is SaveException or StorageUnusableException)
        {
            await Say(http, StatusCodes.Status503ServiceUnavailable, SignInPage.NotWrittenDown);
            return;
        }

        if (!refusals.Take(http.Connection.RemoteIpAddress, null))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        doors.Report(http, AuditKind.Refusal, "", Action, "", "The link is not the newest one, or has been used.", StatusCode.Unauthenticated);
        await Say(http, StatusCodes.Status401Unauthorized, "This link has been used, or a newer one was printed: each works once. Use the newest.");
    }

    private static Task Say(HttpContext http, int status, string sentence)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(sentence + "\n", http.RequestAborted);
    }
}
