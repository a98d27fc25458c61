using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Status = Google.Rpc.Status;

namespace CityTwin.Api.Errors;

/// <summary>Builds every error that leaves this server: a <c>google.rpc.Status</c> with its reason, and what is wrong with which field.</summary>
internal static class ApiErrors
{
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
        return new(new(code, text), new Metadata { { DetailsKey, status.ToByteArray() } });
    }

    public static Status StatusOf(
        StatusCode code, string reason, string text, IReadOnlyCollection<Violation> violations, params (string Key, string Value)[] facts)
    {
        var info = new ErrorInfo { Reason = reason, Domain = ErrorReason.Domain };
        foreach (var (key, value) in facts)
        {
            info.Metadata[key] = value;
        }

        var status = new Status { Code = (int)code, Message = text, Details = { Any.Pack(info) } };
        if (violations.Count > 0)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations =
                {
                    violations.Select(violation => new BadRequest.Types.FieldViolation
                    {
                        Field = violation.Field, Description = violation.Text, Reason = violation.Code,
                    }),
                },
            }));
        }

        return status;
    }
}

/// <summary>What is wrong with one field.</summary>
/// <param name="Field">Its path as in the contract, such as <c>names[2]</c>.</param>
internal readonly record struct Violation(string Field, string Text, string Code = "INVALID");
