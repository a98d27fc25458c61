using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Status = Google.Rpc.Status;

namespace CityTwin.Api.Strictness;

/// <summary>Errors that leave before or beside the transcoding, in the same form.</summary>
internal static class ErrorResponse
{
    private const string DetailsKey = "grpc-status-details-bin";

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
