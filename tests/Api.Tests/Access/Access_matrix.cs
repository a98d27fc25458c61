using System.Net;
using System.Text.Json;
using CityTwin.Api.Access;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using CityTwin.Testing.Cities;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>
/// Every RPC, REST route, page and topic, for every role, over everything, in scope and out of scope, and for nobody: as the
/// permission file says. The file is read here by itself, apart from the code that enforces it.
/// </summary>
public sealed class Access_matrix : IAsyncLifetime
{
    private const string Allowed = "allowed";
    private const string Nobody = "nobody";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly Dictionary<string, string[]> Rows = ReadRows();
    private static readonly (string Name, ZoneScope Scope)[] Scopes =
    [
        ("everything", ZoneScope.Everything), ("in scope", ZoneScope.Of(new ZoneId("north"))), ("out of scope", ZoneScope.Of(new ZoneId("hospital"))),
    ];

    private readonly ApiServer _server = new() { City = AttackedHarbour.Of(), StreamsMax = 100_000, Access = new() { RefusalsBurst = int.MaxValue } };
    private readonly Dictionary<(Roles Role, string Scope), string> _keys = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        foreach (var role in RoleWords.Granted)
        {
            foreach (var (name, scope) in Scopes)
            {
                _keys[(role, name)] = _server.Give($"{role}", role, scope);
            }
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Every_method_that_is_served_has_a_row_and_a_reach()
    {
        var served = _server.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName.TrimStart('/'))
            .OfType<string>().Distinct().ToList();
        Assert.True(served.Count >= AccessActions.Methods.Count, "The contract is not served as a whole.");
        Assert.All(served, method => Assert.Contains(method, Rows.Keys));
        Assert.All(AccessActions.Methods, method => Assert.True(
            Reach.City.Contains(method.Name) || Reach.Cut.Contains(method.Name) || Targets.NamesIn(Reach.RequestOf(method)).Any(),
            $"{method.FullName} names nothing: say in {nameof(Reach)} what it touches."));
    }

    [Fact]
    public void Every_field_that_could_name_a_thing_is_known()
    {
        // A new kind of field that names what a command is about would pass by the doors. "things" and "within" choose among the
        // changes that the caller sees.
        string[] others =
        [
            "principal", "reason", "request_id", "at_least_version", "filter", "page_token", "resume_token", "service", "profile", "scenario_json",
            "ready_scenario", "defences", "city_hash", "scenario", "first", "second", "expected_hash", "order_by", "things", "within",
        ];
        var fields = AccessActions.Methods.SelectMany(method => method.InputType.Fields.InDeclarationOrder())
            .Where(field => field.FieldType == FieldType.String).Select(field => field.Name).Distinct();
        Assert.All(fields, field => Assert.True(Targets.Fields.Contains(field) || others.Contains(field), $"Is '{field}' the name of a thing?"));
    }

    [Fact]
    public async Task Rpcs_are_as_the_file_says() => await Check(AccessActions.Methods.Select(AccessActions.Of), OverGrpc);

    [Fact]
    public async Task Rest_routes_are_as_the_file_says() => await Check(
        AccessActions.Methods.Where(method => !method.IsClientStreaming).Select(AccessActions.Of), OverRest);

    [Fact]
    public async Task Other_routes_and_pages_are_as_the_file_says() => await Check(
        Rows.Keys.Where(action => action.StartsWith("GET ", StringComparison.Ordinal) || action.StartsWith("page ", StringComparison.Ordinal)), OverHttp);

    [Fact]
    public void Topics_are_as_the_file_says()
    {
        var (city, table) = (new CityIndex(AttackedHarbour.Of()), AccessServices.ShippedPermissions);
        foreach (var action in Rows.Keys.Where(action => action.StartsWith("publish", StringComparison.Ordinal) || action.StartsWith("subscribe", StringComparison.Ordinal)))
        {
            var topic = action.Split(' ')[1].Replace("{sensor}", "breaker", StringComparison.Ordinal).Replace("{zone}", "harbour", StringComparison.Ordinal);
            foreach (var role in RoleWords.Granted)
            {
                foreach (var (name, scope) in Scopes)
                {
                    var principal = new Principal("x", PrincipalKind.Key, [new(role, scope)]);
                    var verdict = action.StartsWith("publish", StringComparison.Ordinal)
                        ? TopicRules.MayPublish(principal, table, city, topic, At)
                        : TopicRules.MaySubscribe(principal, table, city, topic, At);
                    var isWhole = topic == "alerts";
                    var expected = !Rows[action].Contains(RoleWords.Of(role)) ? AccessVerdict.RoleMissing
                        : name == "everything" || (name == "in scope" && !isWhole) ? AccessVerdict.Allowed
                        : AccessVerdict.OutOfScope;
                    Assert.True(expected == verdict, $"{action} as {role} {name}: {verdict} instead of {expected}");
                }
            }
        }
    }

    [Fact]
    public async Task What_nobody_has_guarded_is_closed()
    {
        using var http = _server.HttpFor(_keys[(Roles.Administrator, "everything")]);
        using var answer = await http.GetAsync(Doorways.Forgotten, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static DateTimeOffset At => DateTimeOffset.UnixEpoch;

    private async Task Check(IEnumerable<string> actions, Func<string, string?, Task<string>> call)
    {
        var wrong = new List<string>();
        foreach (var action in actions)
        {
            await Expect(action, Nobody, null, Rows[action].Contains("anyone") ? Allowed : "CREDENTIAL_MISSING");
            foreach (var ((role, scope), key) in _keys)
            {
                await Expect(action, $"{role} {scope}", key, Expected(action, role, scope));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));

        async Task Expect(string action, string who, string? key, string expected)
        {
            var found = await call(action, key);
            if (found != expected)
            {
                wrong.Add($"{action} as {who}: {found} instead of {expected}");
            }
        }
    }

    private static string Expected(string action, Roles role, string scope)
    {
        var method = AccessActions.Methods.FirstOrDefault(method => AccessActions.Of(method) == action)?.Name;
        return Rows[action].Contains("anyone") ? Allowed
            : !Rows[action].Contains(RoleWords.Of(role)) ? "ROLE_MISSING"
            : scope == "everything" || method is null || Reach.Cut.Contains(method) ? Allowed
            : scope == "in scope" && !Reach.City.Contains(method) ? Allowed
            : "OUT_OF_SCOPE";
    }

    private async Task<string> OverGrpc(string action, string? key)
    {
        var method = AccessActions.Methods.Single(method => AccessActions.Of(method) == action);
        using var channel = _server.ChannelFor(key);
        var kind = method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary;
        var bytes = Marshallers.Create<byte[]>(content => content, content => content);
        var call = new Method<byte[], byte[]>(kind, method.Service.FullName, method.Name, bytes, bytes);
        var (request, options) = (Reach.RequestOf(method).ToByteArray(), new CallOptions(deadline: DateTime.UtcNow + Patience, cancellationToken: Cancellation));
        try
        {
            if (method.IsClientStreaming)
            {
                using var stream = channel.CreateCallInvoker().AsyncDuplexStreamingCall(
                    new Method<byte[], byte[]>(MethodType.DuplexStreaming, method.Service.FullName, method.Name, bytes, bytes), null, options);
                await stream.RequestStream.CompleteAsync();
                await stream.ResponseStream.MoveNext(Cancellation);
            }
            else if (method.IsServerStreaming)
            {
                using var stream = channel.CreateCallInvoker().AsyncServerStreamingCall(call, null, options, request);
                await stream.ResponseStream.MoveNext(Cancellation);
            }
            else
            {
                await channel.CreateCallInvoker().AsyncUnaryCall(call, null, options, request);
            }

            return Allowed;
        }
        catch (RpcException refused) when (refused.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            return Google.Rpc.Status.Parser.ParseFrom(refused.Trailers.GetValueBytes("grpc-status-details-bin")).Details[0]
                .Unpack<Google.Rpc.ErrorInfo>().Reason;
        }
        catch (RpcException other) when (other.StatusCode is not (StatusCode.Internal or StatusCode.Unknown or StatusCode.DeadlineExceeded))
        {
            return Allowed;
        }
    }

    private async Task<string> OverRest(string action, string? key)
    {
        using var http = _server.HttpFor(key);
        using var request = Reach.RestOf(AccessActions.Methods.Single(method => AccessActions.Of(method) == action));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        return await ReasonOf(answer);
    }

    private async Task<string> OverHttp(string action, string? key)
    {
        using var http = _server.HttpFor(key);
        using var answer = await http.GetAsync(action.Split(' ')[1], HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var isPage = action.StartsWith("page ", StringComparison.Ordinal);
        if (isPage)
        {
            // Whatever is not asked for but sent: only who may have the page comes any further.
            using var sent = await http.PostAsync(action.Split(' ')[1], null, Cancellation);
            Assert.Equal(answer.StatusCode == HttpStatusCode.Redirect ? HttpStatusCode.Unauthorized : action == AccessActions.SignIn ? HttpStatusCode.BadRequest : answer.StatusCode, sent.StatusCode);
        }

        return !isPage ? await ReasonOf(answer) : answer.StatusCode switch
        {
            HttpStatusCode.Redirect when answer.Headers.Location!.ToString().StartsWith("/sign-in?", StringComparison.Ordinal) => "CREDENTIAL_MISSING",
            HttpStatusCode.Unauthorized => "CREDENTIAL_MISSING",
            HttpStatusCode.Forbidden => "ROLE_MISSING",
            _ => Allowed,
        };
    }

    private static async Task<string> ReasonOf(HttpResponseMessage answer)
    {
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            Assert.True((int)answer.StatusCode < 500 || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{answer.RequestMessage?.RequestUri} answers {answer.StatusCode}.");
            return Allowed;
        }

        using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return status.RootElement.GetProperty("details")[0].GetProperty("reason").GetString()!;
    }

    private static Dictionary<string, string[]> ReadRows()
    {
        using var file = JsonDocument.Parse(AccessServices.ShippedFile, new() { CommentHandling = JsonCommentHandling.Skip });
        return new[] { ("rpcs", ""), ("routes", ""), ("pages", "page "), ("topics", "") }
            .SelectMany(table => file.RootElement.GetProperty(table.Item1).EnumerateObject()
                .Select(row => (Action: table.Item2 + row.Name, Roles: row.Value.EnumerateArray().Select(role => role.GetString()!).ToArray())))
            .ToDictionary(row => row.Action, row => row.Roles);
    }
}
