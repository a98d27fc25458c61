using CityTwin.Core.Audit;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary><c>GET /enter?once=...</c>: the operator's link. It works once, and leads to the console.</summary>
internal static class EnterPage
{
    private const string Action = "GET " + OperatorSessions.EnterPath;

    public static async Task Serve(HttpContext http, OperatorSessions sessions, Doors doors, RefusalLimit refusals)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
        var isIn = await sessions.Enter(http);
        if (!isIn && !refusals.Take(http.Connection.RemoteIpAddress, null))
        {
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return;
        }

        doors.Report(
            http, isIn ? AuditKind.SignIn : AuditKind.Refusal, isIn ? "local-operator" : "", Action, "",
            isIn ? "" : "The link is not the newest one, or has been used.", isIn ? StatusCode.OK : StatusCode.Unauthenticated);
        if (isIn)
        {
            http.Response.Redirect("/");
            return;
        }

        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync("This link has been used, or a newer one was printed: each works once. Use the newest.\n", http.RequestAborted);
    }
}
