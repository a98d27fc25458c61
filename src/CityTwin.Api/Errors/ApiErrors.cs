using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace CityTwin.Api.Errors;

/// <summary>Builds every error that leaves this server: a <c>google.rpc.Status</c> with its reason, and what is wrong with which field.</summary>
internal static class ApiErrors
{
    /// <summary>
    /// Characters of a sentence, and of a name or value in it. In gRPC an error travels in headers, which break the connection for all
    /// calls on it when they are too large; and what is wrong is often as long as its sender likes.
    /// </summary>
    public const int TextMax = 1024;
    public const int FieldMax = 256;

    /// <summary>Bytes of violations that are told; of the rest only their number. With all else it stays below 64 KiB, what clients take at least.</summary>
    public const int ViolationBytesMax = 16 * 1024;

    private const string DetailsKey = "grpc-status-details-bin";

    public static RpcException NotFound(string name) =>
        Of(StatusCode.NotFound, ErrorReason.NotFound, $"There is no '{name}'.", ("name", name));

    public static RpcException NotReady() =>
        Of(StatusCode.Unavailable, ErrorReason.NotReady, "The server has not read the city yet; try again in a moment.");

    public static RpcException TooManyStreams(int max) =>
        Of(StatusCode.ResourceExhausted, ErrorReason.TooManyStreams, $"{max} streams are open; close one.");

    public static RpcException InvalidPageToken(string text) =>
        With(StatusCode.InvalidArgument, ErrorReason.InvalidPageToken, text, [new("page_token", text)]);

    public static RpcException Of(StatusCode code, string reason, string text, params (string Key, string Value)[] facts) =>
        With(code, reason, text, [], facts);

    public static RpcException With(
        StatusCode code, string reason, string text, IReadOnlyCollection<Violation> violations, params (string Key, string Value)[] facts)
    {
        var status = StatusOf(code, reason, text, violations, facts);
        return new(new(code, status.Message), new Metadata { { DetailsKey, status.ToByteArray() } });
    }

    public static Status StatusOf(
        StatusCode code, string reason, string text, IReadOnlyCollection<Violation> violations, params (string Key, string Value)[] facts)
    {
        var info = new ErrorInfo { Reason = reason, Domain = ErrorReason.Domain };
        foreach (var (key, value) in facts)
        {
            info.Metadata[key] = Cut(value, FieldMax);
        }

        var status = new Status { Code = (int)code, Message = Cut(text, TextMax), Details = { Any.Pack(info) } };
        if (violations.Count > 0)
        {
            status.Details.Add(Any.Pack(RequestOf(violations)));
        }

        return status;
    }

    private static BadRequest RequestOf(IReadOnlyCollection<Violation> violations)
    {
        var (request, bytes) = (new BadRequest(), 0);
        foreach (var violation in violations)
        {
            var told = new BadRequest.Types.FieldViolation
            {
                Field = Cut(violation.Field, FieldMax), Description = Cut(violation.Text, TextMax), Reason = violation.Code,
            };
            bytes += told.CalculateSize();
            if (bytes > ViolationBytesMax)
            {
                request.FieldViolations.Add(new BadRequest.Types.FieldViolation { Description = $"{violations.Count - request.FieldViolations.Count} more are not told." });
                break;
            }

            request.FieldViolations.Add(told);
        }

        return request;
    }

    private static string Cut(string text, int max) =>
        text.Length <= max ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[max - 2]) ? max - 2 : max - 1)}…";
}

/// <summary>What is wrong with one field.</summary>
/// <param name="Field">Its path as in the contract, such as <c>names[2]</c>.</param>
internal readonly record struct Violation(string Field, string Text, string Code = "INVALID");
