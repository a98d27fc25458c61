using CityTwin.Api.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Reading;

/// <summary>Whether a read is to be answered by the owner itself.</summary>
internal static class ExactReads
{
    /// <exception cref="RpcException">INVALID_ARGUMENT for a mode that does not exist.</exception>
    /// <param name="asOf">A past instant that is asked for.</param>
    public static bool IsAsked(V1.ReadMode mode, Timestamp? asOf) => mode switch
    {
        V1.ReadMode.Exact when asOf is not null => throw ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, "An exact read is of now: read_mode and as_of_time exclude each other.",
            [new("read_mode", "read_mode and as_of_time exclude each other.")]),
        V1.ReadMode.Exact => true,
        V1.ReadMode.Unspecified or V1.ReadMode.View => false,
        _ => throw ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, "There is no such read_mode.", [new("read_mode", "There is no such mode.")]),
    };
}
