using CityTwin.Core.Audit;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// The door of every gRPC method, and of every REST route, which is the same method. Orders are put under the name of who is
/// known to call, whatever they claim.
/// </summary>
internal sealed class AccessInterceptor(Doors doors, TimeProvider time) : Interceptor
{
    private const string ActorField = "principal";
    private const string ReasonField = "reason";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        doors.Admit(http, ActionOf(context), (IMessage)request);
        // Most calls are reads, and those go on without a step more.
        return Actor<TRequest>.Field is { } field ? Order(request, http, context, field, continuation) : continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        doors.Admit(http, ActionOf(context), (IMessage)request);
        if (Caller.Of(http) is not { } caller)
        {
            await continuation(request, responseStream, context);
            return;
        }

        using var ending = new CredentialEnd(caller, time, context.CancellationToken);
        try
        {
            await continuation(request, responseStream, EndingCall.Of(context, http, ending.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && ending.HasEnded)
        {
            throw doors.Ended(http, caller, ActionOf(context).ToString());
        }
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        doors.Admit(context.GetHttpContext(), ActionOf(context), null);
        return continuation(requestStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        doors.Admit(context.GetHttpContext(), ActionOf(context), null);
        return continuation(requestStream, responseStream, context);
    }

    private async Task<TResponse> Order<TRequest, TResponse>(
        TRequest request, HttpContext http, ServerCallContext context, FieldDescriptor field, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        var message = (IMessage)request;
        var actor = Caller.Of(http) is { } caller ? caller.Principal.ActorOf((string)field.Accessor.GetValue(message)) : "";
        field.Accessor.SetValue(message, actor);
        var result = StatusCode.Unknown;
        try
        {
            var response = await continuation(request, context);
            result = StatusCode.OK;
            return response;
        }
        catch (RpcException refused)
        {
            result = refused.StatusCode;
            throw;
        }
        finally
        {
            doors.Report(
                http, AuditKind.Command, actor, ActionOf(context).ToString(), string.Join(' ', Targets.NamesIn(message)), ReasonOf(message), result);
        }
    }

    private static ReadOnlySpan<char> ActionOf(ServerCallContext context) => context.Method.AsSpan(1);

    private static string ReasonOf(IMessage request) => request.Descriptor.FindFieldByName(ReasonField)?.Accessor.GetValue(request) as string ?? "";

    /// <summary>The field of a command that says who orders it; null for what is no command.</summary>
    private static class Actor<TRequest>
    {
        public static FieldDescriptor? Field { get; } =
            (typeof(TRequest).GetProperty("Descriptor", typeof(MessageDescriptor))?.GetValue(null) as MessageDescriptor)?.FindFieldByName(ActorField);
    }
}
