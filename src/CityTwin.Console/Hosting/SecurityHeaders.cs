using Microsoft.AspNetCore.Builder;

namespace CityTwin.Console.Hosting;

/// <summary>
/// What a browser is told not to do with the console: no script but our own files, no other origin, no frame around it.
/// Inline styles are allowed because the component library sets them; inline scripts are not.
/// </summary>
internal static class SecurityHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; object-src 'none'";

    /// <summary>Puts the headers on whatever the endpoint answers.</summary>
    public static void Wrap(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not { } inner)
        {
            return;
        }

        endpoint.RequestDelegate = context =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return inner(context);
        };
    }
}
