using System.Buffers;
using System.Globalization;
using CityTwin.Api.Errors;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CityTwin.Api.Strictness;

/// <summary>
/// A request whose frames are cut short, too many, or said to be compressed and are not is its caller's fault. The server calls it
/// INTERNAL, which is for faults of ours: those have details, by which the two are told apart. And a frame of which the flag is
/// neither 0 nor 1, or the size beyond 2 GiB, it takes for an error of the service, with its stack in the log, so those are looked at before.
/// </summary>
internal sealed class StrictFrames(RequestDelegate next)
{
    private const string StatusKey = "grpc-status";
    private const string MessageKey = "grpc-message";
    private const string DetailsKey = "grpc-status-details-bin";
    private const string Text = "The request is not framed as gRPC frames messages.";
    private const byte FlagMax = 1;

    /// <summary>Of the four bytes of a size, the first.</summary>
    private const byte SizeStartMax = 0x7f;
    private const int Looked = 2;
    private static readonly string Internal = ((int)StatusCode.Internal).ToString(CultureInfo.InvariantCulture);
    private static readonly string InvalidArgument = ((int)StatusCode.InvalidArgument).ToString(CultureInfo.InvariantCulture);
    private static readonly string Details = Convert.ToBase64String(Status().ToByteArray()).TrimEnd('=');

    /// <summary>What a stream of requests throws when one of its later frames is not one.</summary>
    public static RpcException Failure() => ApiErrors.Of(StatusCode.InvalidArgument, ErrorReason.InvalidMessage, Text);

    /// <summary>
    /// Whether a stream of requests failed because its sender is gone: then it fails again wherever it is read, while a frame that is
    /// none is still there.
    /// </summary>
    public static bool IsCutOff(HttpContext http)
    {
        try
        {
            if (http.Request.BodyReader.TryRead(out var left))
            {
                http.Request.BodyReader.AdvanceTo(left.Buffer.Start);
            }

            return http.RequestAborted.IsCancellationRequested;
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            return true;
        }
    }

    public async Task InvokeAsync(HttpContext http)
    {
        // REST goes by another method, without frames. A stream may be answered before anything of it has come.
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<GrpcMethodMetadata>() is not { } method || metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not null)
        {
            await next(http);
            return;
        }

        if (method.Method.Type is MethodType.Unary or MethodType.ServerStreaming && !await BeginsAsFrame(http))
        {
            http.Response.ContentType = "application/grpc";
            Say(http.Response.Headers);
            return;
        }

        await next(http);
        var said = http.Response.HasStarted ? http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers : http.Response.Headers;
        if (said is { IsReadOnly: false } && said[StatusKey] == Internal && !said.ContainsKey(DetailsKey))
        {
            Say(said);
        }
    }

    private static Google.Rpc.Status Status() => ApiErrors.StatusOf(StatusCode.InvalidArgument, ErrorReason.InvalidMessage, Text, []);

    private static void Say(IHeaderDictionary said)
    {
        said[StatusKey] = InvalidArgument;
        said[MessageKey] = Text;
        said[DetailsKey] = Details;
    }

    /// <summary>Looks at the first bytes and takes nothing: the server reads from the same place.</summary>
    private static async ValueTask<bool> BeginsAsFrame(HttpContext http)
    {
        var body = http.Request.BodyReader;
        var read = await body.ReadAsync(http.RequestAborted);
        while (read is { Buffer.Length: < Looked, IsCompleted: false, IsCanceled: false })
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync(http.RequestAborted);
        }

        var isFrame = read.Buffer.Length < Looked || IsStart(read.Buffer.Slice(0, Looked));
        body.AdvanceTo(read.Buffer.Start);
        return isFrame;
    }

    private static bool IsStart(ReadOnlySequence<byte> bytes)
    {
        Span<byte> start = stackalloc byte[Looked];
        bytes.CopyTo(start);
        return start[0] <= FlagMax && start[1] <= SizeStartMax;
    }
}
