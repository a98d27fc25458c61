using CityTwin.Api.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CityTwin.Api.Tests;

/// <summary>What a silo serves beside the API, empty: pages, a circuit, a file, metrics; and one that somebody forgot to guard.</summary>
internal static class Doorways
{
    public const string Forgotten = "/forgotten";

    public static void Map(WebApplication app)
    {
        foreach (var page in AccessActions.Pages.Concat(["/_blazor", "/_blazor/negotiate", "/_framework/blazor.web.js"]))
        {
            ((IEndpointConventionBuilder)app.Map(page, () => "page")).Add(Guarded.Page);
        }

        app.MapGet("/metrics", () => "").WithMetadata(new Guarded(AccessActions.Metrics));
        app.MapGet("/healthz", () => "").WithMetadata(new Guarded(AccessActions.Health));
        app.MapGet(Forgotten, () => "");
    }
}
