using CityTwin.Api.Errors;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using HttpRule = Google.Api.HttpRule;

namespace CityTwin.Api.Strictness;

/// <summary>
/// Refuses transcoded requests that say what the contract does not have: the transcoding itself passes over unknown fields
/// and parameters in silence, and an order whose level is misspelt would then mean something else. All faults are told at once.
/// </summary>
internal sealed class StrictRequests(RequestDelegate next, IOptions<ApiOptions> options)
{
    private const string Utf8 = "utf-8";

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not { } method)
        {
            await next(http);
            return;
        }

        if (!IsUnicode(http.Request.ContentType))
        {
            await Refuse(http, ErrorReason.InvalidJson, "JSON is UTF-8: leave the charset out.", []);
            return;
        }

        var message = method.MethodDescriptor.InputType;
        var bound = BoundBy(method.HttpRule);
        if (method.HttpRule.Body.Length == 0)
        {
            await Go(http, [.. StrictJson.CheckQuery(http.Request.Query, message, bound)]);
            return;
        }

        if (!http.Request.HasJsonContentType())
        {
            await Refuse(http, ErrorReason.InvalidJson, "The body is JSON, and its content type says so: application/json.", []);
            return;
        }

        if (await Body(http) is not { } body)
        {
            await Refuse(http, ErrorReason.RequestTooLarge, $"A request has at most {options.Value.RequestBytesMax} bytes.", []);
            return;
        }

        http.Request.Body = new MemoryStream(body, writable: false);
        await Go(http,
        [
            .. http.Request.Query.Keys.Select(name => new Violation(name, $"'{name}' belongs into the body.", "UNKNOWN")).Take(StrictJson.FaultsMax),
            .. StrictJson.Check(body, message, bound),
        ]);
    }

    /// <summary>The transcoding looks at the charset of every request, one without a body as well, and fails on those that it does not know.</summary>
    private static bool IsUnicode(string? contentType) =>
        !MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.Charset.HasValue || type.Charset.Equals(Utf8, StringComparison.OrdinalIgnoreCase);

    private async Task Go(HttpContext http, List<Violation> faults)
    {
        if (faults.Count == 0)
        {
            await next(http);
            return;
        }

        var reason = faults.Exists(fault => fault.Code == ErrorReason.InvalidJson) ? ErrorReason.InvalidJson
            : faults.Exists(fault => fault.Code == StrictJson.InvalidValue) ? ErrorReason.InvalidFields
            : ErrorReason.UnknownFields;
        await Refuse(http, reason, string.Join(" ", faults.Select(fault => fault.Text)), faults);
    }

    private static Task Refuse(HttpContext http, string reason, string text, List<Violation> faults) =>
        ErrorResponse.Write(http, ApiErrors.StatusOf(StatusCode.InvalidArgument, reason, text, faults));

    /// <summary>The field that a path such as <c>/v1/{name=zones/*}:explain</c> gives; no path of the contract gives two.</summary>
    private static string? BoundBy(HttpRule rule)
    {
        var path = rule.Get.Length > 0 ? rule.Get : rule.Delete.Length > 0 ? rule.Delete : rule.Post;
        var start = path.IndexOf('{', StringComparison.Ordinal) + 1;
        return start == 0 ? null : path[start..path.IndexOfAny(['=', '}'], start)];
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
