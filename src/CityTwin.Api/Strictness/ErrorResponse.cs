using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Status = Google.Rpc.Status;

namespace CityTwin.Api.Strictness;

/// <summary>Errors that leave before or beside the transcoding, in the same form.</summary>
internal static class ErrorResponse
{
    private const string DetailsKey = "grpc-status-details-bin";

    /// <summary>RFC 9113, 8.1: the answer is whole, and no more of the request is wanted.</summary>
    private const int NoError = 0;

    /// <summary>What the details of a status may hold.</summary>
    public static TypeRegistry Details { get; } = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);

    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithTypeRegistry(Details));

    public static Task Write(HttpContext http, RpcException failure)
    {
        var details = failure.Trailers.GetValueBytes(DetailsKey);
        return Write(http, details is null
            ? new Status { Code = (int)failure.StatusCode, Message = failure.Status.Detail }
            : Status.Parser.ParseFrom(details));
    }

    /// <summary>As a gRPC server answers a call that it does not begin: a status, and nothing else. What is still on its way is not waited for.</summary>
    public static async Task WriteGrpc(HttpContext http, RpcException failure)
    {
        var headers = http.Response.Headers;
        headers["grpc-status"] = ((int)failure.StatusCode).ToString(CultureInfo.InvariantCulture);
        headers["grpc-message"] = Uri.EscapeDataString(failure.Status.Detail);
        if (failure.Trailers.GetValueBytes(DetailsKey) is { } details)
        {
            headers[DetailsKey] = Convert.ToBase64String(details).TrimEnd('=');
        }

        http.Response.ContentType = "application/grpc";
        await http.Response.CompleteAsync();
        http.Features.Get<IHttpResetFeature>()?.Reset(NoError);
    }

    public static Task Write(HttpContext http, Status status)
    {
        http.Response.StatusCode = (StatusCode)status.Code switch
        {
            StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
            StatusCode.NotFound => StatusCodes.Status404NotFound,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
            StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (http.Response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
        }

        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(Json.Format(status), http.RequestAborted);
    }
}
