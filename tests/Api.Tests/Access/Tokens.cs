using System.Net;
using System.Text.Json;
using CityTwin.Api.Access;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>Tokens of an identity provider, good and forged, against a real one on loopback.</summary>
public sealed class Tokens : IAsyncLifetime
{
    private TestIssuer _issuer = null!;
    private ApiServer _server = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.Start();
        _server = new()
        {
            Access = new()
            {
                Tokens = new() { Authority = _issuer.Address, Audience = TestIssuer.Audience, ZonesClaim = "zones", RequiresHttps = false, KeysRefresh = TimeSpan.FromSeconds(1) },
            },
        };
        await _server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_good_token_gives_its_roles_in_its_zones()
    {
        Assert.Equal((HttpStatusCode.OK, ""), await Get(_issuer.Token(zones: ["hospital"]), "v1/zones/hospital"));
        Assert.Equal((HttpStatusCode.Forbidden, "OUT_OF_SCOPE"), await Get(_issuer.Token(zones: ["hospital"]), "v1/zones/harbour"));
        Assert.Equal((HttpStatusCode.Forbidden, "ROLE_MISSING"), await Get(_issuer.Token(roles: ["viewer", "somebody-elses-role"]), "v1/definition"));
        Assert.Equal((HttpStatusCode.Forbidden, "ROLE_MISSING"), await Get(_issuer.Token(roles: ["anyone"]), "v1/zones"));
        Assert.Equal((HttpStatusCode.Forbidden, "OUT_OF_SCOPE"), await Get(_issuer.Token(zones: ["no-such-zone"]), "v1/zones/no-such-zone"));
    }

    [Fact]
    public async Task A_token_that_is_not_good_is_refused()
    {
        var now = DateTime.UtcNow;
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(issuer: "https://elsewhere.example"), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(audience: "billing"), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_EXPIRED"), await Get(_issuer.Token(expires: now.AddMinutes(-2)), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(notBefore: now.AddMinutes(2)), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Unsigned(), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(key: TestIssuer.NewKey("first")), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(name: new string('n', 129)), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get("no.token.atall", "v1/zones"));
    }

    [Fact]
    public async Task Clocks_may_differ_by_the_skew_and_no_more()
    {
        var now = DateTime.UtcNow;
        Assert.Equal((HttpStatusCode.OK, ""), await Get(_issuer.Token(notBefore: now.AddSeconds(20)), "v1/zones"));
        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIAL_INVALID"), await Get(_issuer.Token(notBefore: now.AddSeconds(60)), "v1/zones"));
        Assert.NotEmpty(new TokenOptions { Authority = "https://id.example", Audience = "citytwin", ClockSkew = TimeSpan.FromMinutes(6) }.Faults());
    }

    [Fact]
    public async Task A_provider_may_change_its_keys()
    {
        Assert.Equal((HttpStatusCode.OK, ""), await Get(_issuer.Token("before"), "v1/zones"));
        _issuer.Rotate();
        var rotated = _issuer.Token("after");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        // An unknown key makes the provider be asked again, at most once in a second here.
        while (await Get(rotated, "v1/zones") != (HttpStatusCode.OK, ""))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public void An_authority_without_tls_is_for_loopback_alone()
    {
        Assert.NotEmpty(new TokenOptions { Authority = "http://id.example", Audience = "citytwin", RequiresHttps = false }.Faults());
        Assert.Empty(new TokenOptions { Authority = "http://127.0.0.1:9", Audience = "citytwin", RequiresHttps = false }.Faults());
        Assert.NotEmpty(new TokenOptions { Authority = "https://id.example", Audience = "" }.Faults());
    }

    private async Task<(HttpStatusCode Status, string Reason)> Get(string token, string path)
    {
        using var http = _server.HttpFor(token);
        using var answer = await http.GetAsync(path, Cancellation);
        if (answer.IsSuccessStatusCode)
        {
            return (answer.StatusCode, "");
        }

        using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return (answer.StatusCode, status.RootElement.GetProperty("details")[0].GetProperty("reason").GetString()!);
    }
}
