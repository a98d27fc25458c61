using System.Net;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>Where somebody comes from, as a proxy says it, and as anybody could.</summary>
public sealed class Behind_proxies
{
    private const string Caller = "203.0.113.9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.0/8", Caller, Caller)]
    [InlineData("127.0.0.0/8", "6.6.6.6, " + Caller, Caller)]
    [InlineData("127.0.0.0/8", Caller + ", 127.0.0.7", Caller)]
    [InlineData("10.0.0.0/8", Caller, "127.0.0.1")]
    [InlineData(null, Caller, "127.0.0.1")]
    public async Task Who_calls_is_believed_from_trusted_proxies_alone(string? trusted, string forwardedFor, string from)
    {
        await using var server = Trusting(trusted);
        await server.InitializeAsync();
        using var http = server.HttpFor(null);
        using var answer = await http.SendAsync(Request(HttpMethod.Get, "/v1/zones", forwardedFor), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(from, Assert.Single(server.Audit.Entries).From);
    }

    [Theory]
    [InlineData("127.0.0.0/8", true)]
    [InlineData(null, false)]
    public async Task A_session_is_kept_to_tls_where_a_trusted_proxy_ended_it(string? trusted, bool isSecure)
    {
        await using var server = Trusting(trusted);
        await server.InitializeAsync();
        using var http = server.HttpFor(null);
        using var answer = await http.SendAsync(Request(HttpMethod.Get, "/sign-in", Caller), Cancellation);
        Assert.Equal(isSecure, Assert.Single(answer.Headers.GetValues("Set-Cookie")).Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task One_who_guesses_through_a_proxy_uses_up_nobody_elses_refusals()
    {
        await using var server = Trusting("127.0.0.0/8", refusals: 3);
        await server.InitializeAsync();
        using var http = server.HttpFor(null);
        var answers = new List<HttpStatusCode>();
        for (var guess = 0; guess < 5; guess++)
        {
            using var answer = await http.SendAsync(Request(HttpMethod.Get, "/v1/zones", Caller), Cancellation);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
        using var other = await http.SendAsync(Request(HttpMethod.Get, "/v1/zones", "203.0.113.10"), Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, other.StatusCode);
    }

    private static ApiServer Trusting(string? network, int refusals = 60) => new()
    {
        Access = new() { RefusalsBurst = refusals, TrustedProxies = network is null ? [] : [IPNetwork.Parse(network)] },
    };

    private static HttpRequestMessage Request(HttpMethod method, string path, string forwardedFor) => new(method, path)
    {
        Headers = { { "X-Forwarded-For", forwardedFor }, { "X-Forwarded-Proto", "https" } },
    };
}
