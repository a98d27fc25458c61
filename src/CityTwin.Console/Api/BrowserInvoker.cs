using CityTwin.Console.Live;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.JSInterop;

namespace CityTwin.Console.Api;

/// <summary>
/// Sends the typed client's calls from the browser over the public REST API: the same origin, the same sign-in and the same
/// path as any program outside, so that what may be done and what is kept of it is the operator's. It lives as long as its
/// circuit.
/// </summary>
internal sealed class BrowserInvoker(IJSRuntime runtime, TimeProvider time) : CallInvoker
{
    /// <summary>What a try may take, and by default a call with all its tries: an operator does not wait longer for a panel.</summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(15);

    private IJSObjectReference? _rest;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        // By itself it holds nothing that would have to be given back.
        var disposed = new CancellationTokenSource();
        var answer = Send(Descriptor(method, request), options, (IMessage)request, disposed.Token);
        return new(Typed(answer), Task.FromResult(Metadata.Empty), () => StatusOf(answer), () => Metadata.Empty, disposed.Cancel);

        static async Task<TResponse> Typed(Task<IMessage> answer) => (TResponse)await answer;
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw Unimplemented($"{method.FullName}: a browser cannot be waited for here; await the call.");

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        throw NoStreams(method);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw NoStreams(method);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        throw NoStreams(method);

    private async Task<IMessage> Send(MethodDescriptor method, CallOptions options, IMessage request, CancellationToken disposed)
    {
        var rule = RestRule.Of(method);
        var (url, body) = rule.Write(request);
        var left = options.Deadline - time.GetUtcNow().UtcDateTime is { } given && given < LongestCall ? given : LongestCall;
        if (left <= TimeSpan.Zero)
        {
            throw TooLate();
        }

        using var late = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, disposed, late.Token);
        try
        {
            _rest ??= await Browser.Rest(runtime, either.Token);
            var answer = await _rest.InvokeAsync<RestAnswer>("request", either.Token, rule.Verb, url, body, (long)left.TotalMilliseconds + 1);
            return answer.Read(method.OutputType);
        }
        catch (JSException)
        {
            // The module itself comes from the server too.
            throw new RpcException(new(StatusCode.Unavailable, RestAnswer.NotReached));
        }
        catch (OperationCanceledException) when (options.CancellationToken.IsCancellationRequested || disposed.IsCancellationRequested)
        {
            throw new RpcException(new(StatusCode.Cancelled, "The caller gave up."));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw TooLate();
        }
    }

    /// <summary>The contract keeps a service and what it is asked in one file.</summary>
    private static MethodDescriptor Descriptor<TRequest, TResponse>(Method<TRequest, TResponse> method, TRequest request) =>
        ((IMessage)request!).Descriptor.File.Services.Single(service => service.FullName == method.ServiceName).FindMethodByName(method.Name);

    private static Status StatusOf(Task<IMessage> answer) =>
        !answer.IsCompleted ? throw new InvalidOperationException("The call has not been answered yet.")
        : answer.Exception?.InnerException is RpcException refused ? refused.Status
        : answer.IsCompletedSuccessfully ? Status.DefaultSuccess : new(StatusCode.Unknown, "The page has gone.");

    private static RpcException TooLate() => new(new(StatusCode.DeadlineExceeded, RestAnswer.NotReached));

    private static RpcException NoStreams(IMethod method) =>
        Unimplemented($"{method.FullName} is a stream. The page watches the city by events in the browser; panels ask for what they show.");

    private static RpcException Unimplemented(string text) => new(new(StatusCode.Unimplemented, text));
}
