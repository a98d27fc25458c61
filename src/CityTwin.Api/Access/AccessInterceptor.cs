using CityTwin.Api.Errors;
using CityTwin.Core.Audit;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>
/// The door of every gRPC method, and of every REST route, which is the same method. Orders are put under the name of who is
/// known to call, whatever they claim, and entered in the audit log: with what they save, or before they are answered.
/// </summary>
internal sealed class AccessInterceptor(Doors doors, IAuditLog log, ErrorInterceptor errors, TimeProvider time) : Interceptor
{
    private const string ActorField = "principal";
    private const string ReasonField = "reason";
    private const string TrialField = "validate_only";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        doors.Admit(http, ActionOf(context), (IMessage)request);
        // Most calls are reads, and those go on without a step more.
        return Call<TRequest>.Actor is { } field ? Order(request, http, context, field, continuation)
            : Call<TRequest>.IsSensitive ? Look(request, http, context, continuation)
            : continuation(request, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        doors.Admit(http, ActionOf(context), (IMessage)request);
        if (Call<TRequest>.IsSensitive)
        {
            await log.Append(ReadOf(http, context, (IMessage)request));
        }

        await UntilCredentialEnds(http, context, call => continuation(request, new EndingAnswers<TResponse>(responseStream), call));
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
        var http = context.GetHttpContext();
        doors.Admit(http, ActionOf(context), null);
        return UntilCredentialEnds(http, context, call => continuation(requestStream, new EndingAnswers<TResponse>(responseStream), call));
    }

    private async Task UntilCredentialEnds(HttpContext http, ServerCallContext context, Func<ServerCallContext, Task> stream)
    {
        if (Caller.Of(http) is not { } caller)
        {
            await stream(context);
            return;
        }

        using var ending = new CredentialEnd(caller, time, context.CancellationToken);
        try
        {
            await stream(EndingCall.Of(context, http, ending.Token));
        }
        catch (Exception failure) when (failure is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && ending.HasEnded)
        {
            throw doors.Ended(http, caller, ActionOf(context).ToString());
        }
    }

    private async Task<TResponse> Order<TRequest, TResponse>(
        TRequest request, HttpContext http, ServerCallContext context, FieldDescriptor field, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        var message = (IMessage)request;
        var actor = Caller.Of(http) is { } caller ? caller.Principal.ActorOf((string)field.Accessor.GetValue(message)) : "";
        field.Accessor.SetValue(message, actor);
        var act = doors.EntryOf(
            http, Call<TRequest>.IsTrial(message) ? AuditKind.Simulation : AuditKind.Command, actor, ActionOf(context).ToString(),
            string.Join(' ', Targets.NamesIn(message)), ReasonOf(message), StatusCode.OK);
        ActContext.Set(act);
        TResponse response;
        try
        {
            response = await continuation(request, context);
        }
        catch (Exception failure)
        {
            // A part of it may have been done, and is entered as that; this is how it was answered.
            var refused = failure as RpcException ?? errors.Translate(failure, context);
            doors.Report(act with { Id = Guid.NewGuid().ToString("N"), Status = Doors.NameOf(refused.StatusCode) });
            throw refused;
        }

        // Entered already where something was saved; a request that was repeated or changed nothing is entered now.
        await log.Append(act);
        return response;
    }

    private async Task<TResponse> Look<TRequest, TResponse>(
        TRequest request, HttpContext http, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        await log.Append(ReadOf(http, context, (IMessage)request));
        return await continuation(request, context);
    }

    private AuditEntry ReadOf(HttpContext http, ServerCallContext context, IMessage request) => doors.EntryOf(
        http, AuditKind.Read, Caller.Of(http)?.Principal.Name ?? "", ActionOf(context).ToString(), string.Join(' ', Targets.NamesIn(request)), "", StatusCode.OK);

    private static ReadOnlySpan<char> ActionOf(ServerCallContext context) => context.Method.AsSpan(1);

    private static string ReasonOf(IMessage request) => request.Descriptor.FindFieldByName(ReasonField)?.Accessor.GetValue(request) as string ?? "";

    /// <summary>What is known of a method by its request.</summary>
    private static class Call<TRequest>
    {
        private static readonly MessageDescriptor? Descriptor =
            typeof(TRequest).GetProperty("Descriptor", typeof(MessageDescriptor))?.GetValue(null) as MessageDescriptor;

        /// <summary>The field of a command that says who orders it; null for what is no command.</summary>
        public static FieldDescriptor? Actor { get; } = Descriptor?.FindFieldByName(ActorField);

        /// <summary>A command that only tries something on a copy of the city, or asks what it would do.</summary>
        public static bool IsTrial(IMessage request) => TriesOnly || Trial?.Accessor.GetValue(request) is true;

        private static bool TriesOnly { get; } = Descriptor?.File.Name is "citytwin/v1/breaches.proto" or "citytwin/v1/simulations.proto";

        private static FieldDescriptor? Trial { get; } = Descriptor?.FindFieldByName(TrialField);

        /// <summary>It shows the inside of grains, or what others did: that somebody looked is entered.</summary>
        public static bool IsSensitive { get; } = Descriptor?.File.Name is "citytwin/v1/audit.proto" or "citytwin/v1/inspection.proto";
    }
}
