using System.Reflection;
using CityTwin.Api.Errors;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CityTwin.Api.Strictness;

/// <summary>
/// Binds the methods of a service as the server itself would, but for the reading of requests: bytes that are no message are the
/// caller's fault. The server would answer UNKNOWN, and log each with its stack as an error of ours: a log for anybody to fill.
/// Interceptors cannot mend that, because requests are read before them.
/// </summary>
internal sealed class StrictMethods<TService> : IServiceMethodProvider<TService>
    where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        for (var type = typeof(TService); type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } bind)
            {
                bind.BindType.GetMethod(bind.BindMethodName, [typeof(ServiceBinderBase), type])!.Invoke(null, [new Binder(context), null]);
                return;
            }
        }

        throw new InvalidOperationException($"{typeof(TService)} is not made from a contract.");
    }

    private sealed class Binder(ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    {
        /// <summary>As the server has it, which lets the preflight of grpc-web through.</summary>
        private static readonly List<object> Metadata = [new HttpMethodMetadata(["POST"], acceptCorsPreflight: true)];

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            context.AddUnaryMethod(Strict(method), Metadata, Handler<UnaryServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddClientStreamingMethod(Strict(method), Metadata, Handler<ClientStreamingServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddServerStreamingMethod(Strict(method), Metadata, Handler<ServerStreamingServerMethod<TService, TRequest, TResponse>>(method));

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            context.AddDuplexStreamingMethod(Strict(method), Metadata, Handler<DuplexStreamingServerMethod<TService, TRequest, TResponse>>(method));

        private static THandler Handler<THandler>(IMethod method)
            where THandler : Delegate
        {
            var parameters = typeof(THandler).GetMethod("Invoke")!.GetParameters().Skip(1).Select(parameter => parameter.ParameterType).ToArray();
            return typeof(TService).GetMethod(method.Name, parameters)!.CreateDelegate<THandler>();
        }

        private static Method<TRequest, TResponse> Strict<TRequest, TResponse>(Method<TRequest, TResponse> method)
            where TRequest : class
            where TResponse : class =>
            new(method.Type, method.ServiceName, method.Name,
                new Marshaller<TRequest>(method.RequestMarshaller.ContextualSerializer, bytes =>
                {
                    try
                    {
                        return method.RequestMarshaller.ContextualDeserializer(bytes);
                    }
                    catch (InvalidProtocolBufferException failure)
                    {
                        throw ApiErrors.Of(StatusCode.InvalidArgument, ErrorReason.InvalidMessage, $"The bytes are no {typeof(TRequest).Name}: {failure.Message}");
                    }
                }),
                method.ResponseMarshaller);
    }
}

/// <summary>Puts them in the place of the server's own.</summary>
internal static class StrictMethods
{
    private const string WhatToDo =
        "Look how AddGrpc of this version registers IServiceMethodProvider<>, and let StrictMethods take the place of what binds generated services: "
        + "else whoever sends bytes that are no message is answered UNKNOWN and fills the log.";

    /// <summary>What finds methods is a public extension point, and what the server registers for it by itself comes from its own assembly.</summary>
    private static readonly Assembly Servers = typeof(IServiceMethodProvider<>).Assembly;

    /// <summary>To be called after the server has added its own.</summary>
    /// <exception cref="InvalidOperationException">It has added none.</exception>
    public static void Use(IServiceCollection services)
    {
        var own = services.Where(service => service.ServiceType == typeof(IServiceMethodProvider<>) && service.ImplementationType?.Assembly == Servers).ToList();
        if (own.Count == 0)
        {
            throw new InvalidOperationException($"The gRPC server binds methods in a way that is not known here. {WhatToDo}");
        }

        own.ForEach(service => services.Remove(service));
        services.AddSingleton(typeof(IServiceMethodProvider<>), typeof(StrictMethods<>));
    }

    /// <summary>Looks whether it was to any avail, before a method is mapped.</summary>
    /// <exception cref="InvalidOperationException">The server's own are there again, as after another AddGrpc.</exception>
    public static void Require<TService>(IServiceProvider services)
        where TService : class
    {
        var binding = services.GetServices<IServiceMethodProvider<TService>>().Where(provider => provider is StrictMethods<TService> || provider.GetType().Assembly == Servers).ToList();
        if (binding is not [StrictMethods<TService>])
        {
            throw new InvalidOperationException($"The methods of {typeof(TService).Name} are bound by {string.Join(" and ", binding)}. {WhatToDo}");
        }
    }
}
