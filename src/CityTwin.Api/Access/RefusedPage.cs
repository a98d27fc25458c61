using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>What a browser shows whose operator is not let in.</summary>
internal static class RefusedPage
{
    public static Task Write(HttpContext http, RpcException refused)
    {
        http.Response.StatusCode = refused.StatusCode switch
        {
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            _ => StatusCodes.Status403Forbidden,
        };
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsync(
            refused.StatusCode == StatusCode.Unauthenticated
                ? "This console is locked. Open the operator's link that the silo printed last; each works once.\n"
                : refused.Status.Detail + "\n",
            http.RequestAborted);
    }
}
