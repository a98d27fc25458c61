using CityTwin.Api.Errors;
using Grpc.Core;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Reading;

/// <summary>Whether a read is to be answered by the owner itself.</summary>
internal static class ExactReads
{
    /// <exception cref="RpcException">INVALID_ARGUMENT for a mode that does not exist.</exception>
    public static bool IsAsked(V1.ReadMode mode) => mode switch
    {
        V1.ReadMode.Exact => true,
        V1.ReadMode.Unspecified or V1.ReadMode.View => false,
        _ => throw ApiErrors.With(
            StatusCode.InvalidArgument, ErrorReason.InvalidFields, "There is no such read_mode.", [new("read_mode", "There is no such mode.")]),
    };
}
