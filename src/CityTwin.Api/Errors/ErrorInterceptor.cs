using CityTwin.Api.Reading;
using CityTwin.Api.Strictness;
using CityTwin.Grains.Cascades;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace CityTwin.Api.Errors;

/// <summary>Turns what grains and storage throw into errors of the catalogue. Nothing of the inside is shown.</summary>
internal sealed partial class ErrorInterceptor(ApiInstruments instruments, TimeProvider time, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception failure)
        {
            throw Told(failure, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception failure)
        {
            throw Told(failure, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or ConnectionAbortedException)
        {
            // So the server names a frame that is none, and so fails the reading from a caller who is cut off.
            throw Told(StrictFrames.IsCutOff(context.GetHttpContext()) ? Left() : StrictFrames.Failure(), context);
        }
        catch (Exception failure)
        {
            throw Told(failure, context);
        }
    }

    private RpcException Told(Exception failure, ServerCallContext context)
    {
        var told = failure as RpcException ?? Translate(failure, context);
        instruments.Failed(told.StatusCode);
        return told;
    }

    /// <summary>What is told of a failure that is no status yet.</summary>
    internal RpcException Translate(Exception failure, ServerCallContext context)
    {
        switch (failure)
        {
            case OperationCanceledException when context.CancellationToken.IsCancellationRequested:
            // What the web server says to one that writes after the end. At a deadline the call ends before its token says so.
            case InvalidOperationException when context.CancellationToken.IsCancellationRequested || context.Deadline <= time.GetUtcNow():
                return Left();
            case NotInCityException:
                return ApiErrors.Of(StatusCode.NotFound, ErrorReason.NotFound, failure.Message);
            case CascadeBusyException:
                return ApiErrors.Of(StatusCode.ResourceExhausted, ErrorReason.TooManyOrders, failure.Message);
            case DefinitionMovedException:
                return ApiErrors.Of(StatusCode.FailedPrecondition, ErrorReason.DefinitionMoved, failure.Message);
            case DefinitionWaitingException:
                return ApiErrors.Of(StatusCode.Unavailable, ErrorReason.DefinitionWaiting, failure.Message);
            case CascadeMovesException:
                return ApiErrors.Of(StatusCode.Unavailable, ErrorReason.ClusterUnavailable, failure.Message);
            case SaveException:
                return ApiErrors.Of(
                    StatusCode.Unavailable, ErrorReason.NotSaved, "It may not have been saved; repeat it with the same request_id.");
            case StorageUnusableException:
                return ApiErrors.Of(StatusCode.Unavailable, ErrorReason.NotReadable, "The database cannot be read now; try again.");
            case TimeoutException:
                return ApiErrors.Of(
                    StatusCode.DeadlineExceeded, ErrorReason.OwnerSilent, "The owner did not answer in time; repeat it with the same request_id.");
            case OrleansException:
                return ApiErrors.Of(StatusCode.Unavailable, ErrorReason.ClusterUnavailable, "The cluster cannot reach the owner now; try again.");
            default:
                CallFailed(failure, context.Method);
                return ApiErrors.Of(StatusCode.Internal, ErrorReason.Internal, "The server made a mistake; it is logged.");
        }
    }

    private static RpcException Left() => new(new(StatusCode.Cancelled, "The caller left."));

    [LoggerMessage(4001, LogLevel.Error, "The call {Method} failed.")]
    private partial void CallFailed(Exception failure, string method);
}
