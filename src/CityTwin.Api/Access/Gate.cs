using CityTwin.Api.Errors;
using CityTwin.Api.Strictness;
using CityTwin.Core.Access;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CityTwin.Api.Access;

/// <summary>On an endpoint that is no gRPC method: the action that its caller needs; null = it is open, because it tells nothing of the city.</summary>
public sealed record Guarded(string? Action)
{
    /// <summary>Whether the request lasts, and has to end with its credential: a console's circuit.</summary>
    public bool Lasts { get; init; }

    /// <summary>Files of the console, and its page for entering.</summary>
    public static Guarded Open { get; } = new((string?)null);

    /// <summary>Puts the right one on an endpoint of the console: a page, its circuit, or a file.</summary>
    public static void Page(EndpointBuilder endpoint)
    {
        var path = "/" + ((endpoint as RouteEndpointBuilder)?.RoutePattern.RawText ?? "").TrimStart('/');
        endpoint.Metadata.Add(
            AccessActions.Pages.Contains(path) ? new(PermissionFile.PagePrefix + path)
            : path.StartsWith("/_blazor", StringComparison.Ordinal) ? new Guarded(AccessActions.FirstPage) { Lasts = true }
            : Open);
    }
}

/// <summary>
/// The door of everything that is no gRPC method, and the first one for whoever is nobody: they are refused before a body is read.
/// An endpoint that says nothing about itself is closed.
/// </summary>
internal sealed class Gate(RequestDelegate next, Doors doors, TimeProvider time)
{
    public Task InvokeAsync(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        var guarded = endpoint?.Metadata.GetMetadata<Guarded>();
        return endpoint is null || guarded == Guarded.Open || (guarded is null && IsGrpc(endpoint) && Caller.Of(http) is not null) ? next(http) : Ask(http, endpoint, guarded);
    }

    private async Task Ask(HttpContext http, Endpoint endpoint, Guarded? guarded)
    {
        try
        {
            doors.Admit(http, guarded?.Action ?? ActionOf(endpoint), null);
        }
        catch (RpcException refused)
        {
            await (guarded?.Action?.StartsWith(PermissionFile.PagePrefix, StringComparison.Ordinal) == true
                ? RefusedPage.Write(http, refused, guarded)
                : guarded is null && IsGrpc(endpoint) ? ErrorResponse.WriteGrpc(http, refused)
                : ErrorResponse.Write(http, refused));
            return;
        }

        if (Caller.Of(http) is { } known)
        {
            http.User = known.User;
        }

        using var ending = guarded is { Lasts: true } && Caller.Of(http) is { } caller ? new CredentialEnd(caller, time, http.RequestAborted) : null;
        using var abort = ending?.Token.Register(http.Abort);
        await next(http);
    }

    /// <summary>Its interceptor is the door, over HTTP/2 and for grpc-web alike.</summary>
    private static bool IsGrpc(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null && endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is null;

    private static string ActionOf(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { } method ? AccessActions.Of(method.MethodDescriptor)
        : endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } grpc ? grpc.Method.FullName[1..]
        : endpoint.DisplayName ?? "";
}
