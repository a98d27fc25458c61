using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Console.Hosting;

/// <summary>
/// The framework lets every page be posted to, for forms. The console has none: what is posted to a page is refused before its body
/// is read, which fails as an error of the server where it is no form.
/// </summary>
internal static class PagesTakeNothing
{
    /// <summary>Refuses everything but looking at a page; its circuit stays as it is.</summary>
    public static void Wrap(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not { } inner || !endpoint.Metadata.OfType<ComponentTypeMetadata>().Any())
        {
            return;
        }

        endpoint.RequestDelegate = context =>
        {
            if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            {
                return inner(context);
            }

            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = HttpMethods.Get;
            return Task.CompletedTask;
        };
    }
}
