using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace CityTwin.Client;

/// <summary>Gives each call what its caller left out: a deadline, and a command the id by which a second try is known.</summary>
internal sealed class CallDefaults(CityTwinClientOptions options) : Interceptor
{
    private const string RequestId = "request_id";

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (context.Options.Deadline is null)
        {
            context = new(context.Method, context.Host, context.Options.WithDeadline(options.Time.GetUtcNow().UtcDateTime + options.Deadline));
        }

        return continuation(WithRequestId(request), context);
    }

    /// <summary>The caller's own request stays as it is: sent a second time on purpose, it is a second command.</summary>
    private static TRequest WithRequestId<TRequest>(TRequest request)
    {
        if (request is not IDeepCloneable<TRequest> original || Field(request) is not { } field || (string)field.Accessor.GetValue((IMessage)request) is not "")
        {
            return request;
        }

        var numbered = original.Clone();
        field.Accessor.SetValue((IMessage)numbered!, Guid.NewGuid().ToString("N"));
        return numbered;
    }

    private static FieldDescriptor? Field<TRequest>(TRequest request) =>
        (request as IMessage)?.Descriptor.FindFieldByName(RequestId) is { FieldType: FieldType.String } field ? field : null;
}
