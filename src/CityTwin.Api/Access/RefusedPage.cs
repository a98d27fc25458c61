using CityTwin.Core.Access;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>What a browser shows whose operator is not let in.</summary>
internal static class RefusedPage
{
    /// <summary>To whoever asks for a page without being known: where to sign in. To everything else: a status and a sentence.</summary>
    public static Task Write(HttpContext http, RpcException refused, Guarded guarded)
    {
        http.Response.Headers.CacheControl = "no-store";
        var page = guarded.Action![PermissionFile.PagePrefix.Length..];
        if (refused.StatusCode == StatusCode.Unauthenticated && HttpMethods.IsGet(http.Request.Method) && !guarded.Lasts && AccessActions.Pages.Contains(page))
        {
            http.Response.Redirect($"{SignInPage.Path}?{SignInPage.PageParameter}={page}");
            return Task.CompletedTask;
        }

        http.Response.StatusCode = StatusOf(refused);
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync(
            refused.StatusCode == StatusCode.Unauthenticated
                ? $"This console is locked: sign in at {SignInPage.Path}, or open the link that an embedded silo printed last.\n"
                : refused.Status.Detail + "\n",
            http.RequestAborted);
    }

    public static int StatusOf(RpcException refused) => refused.StatusCode switch
    {
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status403Forbidden,
    };
}
