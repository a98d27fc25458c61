using CityTwin.Api.Errors;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace CityTwin.Api.Strictness;

/// <summary>
/// Refuses transcoded requests that say what the contract does not have: the transcoding itself passes over unknown fields
/// and parameters in silence, and an order whose level is misspelt would then mean something else. All faults are told at once.
/// </summary>
internal sealed class StrictRequests(RequestDelegate next, IOptions<ApiOptions> options)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not { } method)
        {
            await next(http);
            return;
        }

        var message = method.MethodDescriptor.InputType;
        var faults = new List<Violation>(StrictJson.CheckQuery(http.Request.Query.Keys, message));
        if (method.HttpRule.Body.Length > 0)
        {
            if (await Body(http) is not { } body)
            {
                await ErrorResponse.Write(http, ApiErrors.StatusOf(
                    StatusCode.InvalidArgument, ErrorReason.InvalidFields, $"A request has at most {options.Value.RequestBytesMax} bytes.", []));
                return;
            }

            faults.AddRange(StrictJson.Check(body, message));
            http.Request.Body = new MemoryStream(body, writable: false);
        }

        if (faults.Count > 0)
        {
            var reason = faults.Exists(fault => fault.Code == ErrorReason.InvalidJson) ? ErrorReason.InvalidJson : ErrorReason.UnknownFields;
            var text = string.Join(" ", faults.Select(fault => fault.Text));
            await ErrorResponse.Write(http, ApiErrors.StatusOf(StatusCode.InvalidArgument, reason, text, faults));
            return;
        }

        await next(http);
    }

    private async Task<byte[]?> Body(HttpContext http)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            if (body.Length + read > options.Value.RequestBytesMax)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
