using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace CityTwin.Api.Access;

/// <summary>A call that ends not only when its caller leaves, but also when the credential it came in with does.</summary>
internal sealed class EndingCall : ServerCallContext
{
    /// <summary>Where grpc-dotnet looks for the request of a context that is not its own, as its documentation of interceptors says.</summary>
    private const string HttpContextKey = "__HttpContext";

    private readonly ServerCallContext _call;
    private readonly CancellationToken _ending;

    private EndingCall(ServerCallContext call, CancellationToken ending) => (_call, _ending) = (call, ending);

    public static EndingCall Of(ServerCallContext call, HttpContext http, CancellationToken ending)
    {
        call.UserState[HttpContextKey] = http;
        return new(call, ending);
    }

    protected override string MethodCore => _call.Method;

    protected override string HostCore => _call.Host;

    protected override string PeerCore => _call.Peer;

    protected override DateTime DeadlineCore => _call.Deadline;

    protected override Metadata RequestHeadersCore => _call.RequestHeaders;

    protected override CancellationToken CancellationTokenCore => _ending;

    protected override Metadata ResponseTrailersCore => _call.ResponseTrailers;

    protected override Status StatusCore { get => _call.Status; set => _call.Status = value; }

    protected override WriteOptions? WriteOptionsCore { get => _call.WriteOptions; set => _call.WriteOptions = value; }

    protected override AuthContext AuthContextCore => _call.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _call.UserState;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => _call.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _call.WriteResponseHeadersAsync(responseHeaders);
}
