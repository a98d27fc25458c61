using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using CityTwin.Api.Access;
using CityTwin.Core.Access;
using CityTwin.Core.Audit;
using CityTwin.Core.Model;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>A person with a browser who has a key or a token.</summary>
public sealed partial class Signing_in : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2026, 5, 4, 8, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Start);
    private readonly ApiServer _server;

    public Signing_in() => _server = new() { Time = _time };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Whoever_shows_a_key_gets_a_session_of_that_key_and_the_page_they_wanted()
    {
        using var browser = new Browser(_server);
        using var asked = await browser.Get("/breaches");
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?page=/breaches"), (asked.StatusCode, asked.Headers.Location?.ToString()));

        using var entered = await browser.SignIn(_server.Give("anna", Roles.Operator, ZoneScope.Of(new ZoneId("harbour"))), "/sign-in?page=/breaches");
        Assert.Equal((HttpStatusCode.SeeOther, "/breaches"), (entered.StatusCode, entered.Headers.Location?.ToString()));
        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        using var page = await browser.Get("/breaches");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("ROLE_MISSING", await browser.Reason("/metrics"));
        var entry = Assert.Single(_server.Audit.Entries, entry => entry.Kind == AuditKind.SignIn);
        Assert.Equal(("anna", "POST /sign-in", "OK", "127.0.0.1"), (entry.Who, entry.Action, entry.Status, entry.From));
    }

    [Fact]
    public async Task Nobody_comes_in_while_it_cannot_be_written_down()
    {
        using var browser = new Browser(_server);
        var key = _server.Give("anna");
        _server.Audit.IsAway = true;
        using var refused = await browser.SignIn(key);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("cannot be written down", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        using var outside = await browser.Get("/breaches");
        Assert.Equal(HttpStatusCode.Redirect, outside.StatusCode);
        _server.Audit.IsAway = false;
        using var entered = await browser.SignIn(key);
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
    }

    [Fact]
    public async Task A_page_of_somewhere_else_is_never_led_to()
    {
        using var browser = new Browser(_server);
        using var entered = await browser.SignIn(_server.Give("anna"), "/sign-in?page=//example.org/");
        Assert.Equal("/", entered.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("ctk_000000000000_guess", "The key is none of this server.")]
    [InlineData("päß\u0001wort", "This server knows keys only, no tokens.")]
    [InlineData("", "This server knows keys only, no tokens.")]
    public async Task Whoever_shows_what_is_no_key_stays_outside_and_is_told(string shown, string sentence)
    {
        using var browser = new Browser(_server);
        using var refused = await browser.SignIn(shown);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains(sentence, await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("CREDENTIAL_MISSING", await browser.Reason("/v1/zones"));
        var entry = _server.Audit.Entries.First(entry => entry.Action == "POST /sign-in");
        Assert.Equal((AuditKind.Refusal, "UNAUTHENTICATED", "CREDENTIAL_INVALID"), (entry.Kind, entry.Status, entry.Why));
    }

    [Fact]
    public async Task Whoever_guesses_on_is_no_longer_answered()
    {
        await using var server = new ApiServer { Access = new() { RefusalsBurst = 5 } };
        await server.InitializeAsync();
        using var browser = new Browser(server);
        var answers = new List<HttpStatusCode>();
        for (var guess = 0; guess < 8; guess++)
        {
            using var answer = await browser.SignIn($"ctk_000000000000_{guess}");
            answers.Add(answer.StatusCode);
        }

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.TooManyRequests), (answers[0], answers[^1]));
        using var known = await browser.SignIn(server.Give("anna"));
        Assert.Equal(HttpStatusCode.SeeOther, known.StatusCode);
    }

    [Fact]
    public async Task A_form_that_this_server_did_not_give_signs_nobody_in_or_out()
    {
        using var browser = new Browser(_server);
        using var planted = await browser.Post("/sign-in", ("credential", _server.Give("mallory")));
        Assert.Equal(HttpStatusCode.BadRequest, planted.StatusCode);
        Assert.Equal("CREDENTIAL_MISSING", await browser.Reason("/v1/zones"));

        using var entered = await browser.SignIn(_server.Give("anna"));
        using var left = await browser.Post("/sign-out");
        Assert.Equal(HttpStatusCode.BadRequest, left.StatusCode);
        Assert.Equal("", await browser.Reason("/v1/zones"));
    }

    [Theory]
    [InlineData("/sign-in", "multipart/form-data")]
    [InlineData("/sign-in", "multipart/form-data; boundary=x")]
    [InlineData("/sign-out", "application/x-www-form-urlencoded")]
    public async Task A_form_that_is_none_or_too_long_is_answered_as_one_from_elsewhere(string path, string type)
    {
        using var http = new HttpClient { BaseAddress = _server.HttpAddress };
        using var body = new ByteArrayContent(new byte[100_000]);
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await http.PostAsync(path, body, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_on_another_port_signs_nobody_in()
    {
        using var browser = new Browser(_server);
        using var page = await browser.Get("/sign-in");
        using var answer = await browser.Send("/sign-in", await page.Content.ReadAsStringAsync(Cancellation), "http://127.0.0.1:1", ("credential", _server.Give("mallory")));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Who_signs_out_is_outside_and_that_is_entered()
    {
        using var browser = new Browser(_server);
        using var entered = await browser.SignIn(_server.Give("anna <b>", Roles.Viewer));
        using var shown = await browser.Get("/sign-in");
        var page = await shown.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("signed in as <b>anna &lt;b&gt;</b>", page, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", Assert.Single(shown.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);

        using var left = await browser.Send("/sign-out", page);
        Assert.Equal((HttpStatusCode.SeeOther, "/sign-in"), (left.StatusCode, left.Headers.Location?.ToString()));
        Assert.Equal("CREDENTIAL_MISSING", await browser.Reason("/v1/zones"));
        Assert.Equal(("anna <b>", AuditKind.SignIn), _server.Audit.Entries.Where(entry => entry.Action == "POST /sign-out").Select(entry => (entry.Who, entry.Kind)).Single());
    }

    [Fact]
    public async Task A_session_ends_with_the_key_that_it_began_with()
    {
        var (key, kept) = ApiKey.Make(
            Enumerable.Repeat((byte)3, ApiKey.IdBytes).ToArray(), Enumerable.Repeat((byte)3, ApiKey.SecretBytes).ToArray(), "anna",
            [new(Roles.Viewer, ZoneScope.Everything)], Start.AddHours(2));
        using var browser = new Browser(_server);
        _server.Keys.Replace([kept]);
        using var entered = await browser.SignIn(key);
        Assert.Equal("", await browser.Reason("/v1/zones"));
        using var events = await browser.Get("/v1/events");

        _server.Keys.Replace([kept with { IsRevoked = true }]);
        Assert.Equal("CREDENTIAL_REVOKED", await browser.Reason("/v1/zones"));
        using var again = await browser.Get("/sign-in");
        Assert.Contains("name=\"credential\"", await again.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        // The stream that it had opened comes to its end.
        await events.Content.ReadAsStringAsync(Cancellation);
        _server.Keys.Replace([kept with { Hash = ApiKey.HashOf("another secret under the same id") }]);
        Assert.Equal("CREDENTIAL_REVOKED", await browser.Reason("/v1/zones"));

        _server.Keys.Replace([kept]);
        Assert.Equal("", await browser.Reason("/v1/zones"));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("CREDENTIAL_EXPIRED", await browser.Reason("/v1/zones"));
        using var late = await browser.SignIn(key);
        Assert.Contains("has expired", await late.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_after_a_week_though_its_key_does_not()
    {
        using var browser = new Browser(_server);
        using var entered = await browser.SignIn(_server.Give("anna", Roles.Viewer));
        _time.Advance(OperatorSessions.Lasts - TimeSpan.FromSeconds(1));
        Assert.Equal("", await browser.Reason("/v1/zones"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("CREDENTIAL_EXPIRED", await browser.Reason("/v1/zones"));
    }

    [Fact]
    public async Task Only_asking_for_a_page_leads_to_signing_in()
    {
        using var browser = new Browser(_server);
        foreach (var page in AccessActions.Pages)
        {
            using var asked = await browser.Get(page);
            Assert.Equal(HttpStatusCode.Redirect, asked.StatusCode);
            using var posted = await browser.Post(page);
            Assert.Equal(HttpStatusCode.Unauthorized, posted.StatusCode);
        }

        using var circuit = await browser.Get("/_blazor");
        Assert.Equal(HttpStatusCode.Unauthorized, circuit.StatusCode);
    }

    [Fact]
    public async Task A_token_is_as_good_as_a_key_and_for_as_long_as_it_says()
    {
        await using var issuer = await TestIssuer.Start();
        await using var server = new ApiServer
        {
            Access = new() { Tokens = new() { Authority = issuer.Address, Audience = TestIssuer.Audience, ZonesClaim = "zones", RequiresHttps = false } },
        };
        await server.InitializeAsync();
        using var browser = new Browser(server);
        using var entered = await browser.SignIn(issuer.Token(zones: ["hospital"], expires: DateTime.UtcNow.AddMinutes(5)));
        Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
        using var hospital = await browser.Get("/v1/zones");
        using var zones = JsonDocument.Parse(await hospital.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("zones/hospital", Assert.Single(zones.RootElement.GetProperty("zones").EnumerateArray()).GetProperty("name").GetString());
        using var other = new Browser(server);
        using var forged = await other.SignIn("a.b.c");
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
    }

    /// <summary>Keeps cookies and fills in forms, and follows no redirect.</summary>
    private sealed partial class Browser(ApiServer server) : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.HttpAddress };

        public void Dispose() => _http.Dispose();

        public Task<HttpResponseMessage> Get(string path) => _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        public Task<HttpResponseMessage> Post(string path, params (string Name, string Value)[] fields) =>
            PostFrom(server.HttpAddress.GetLeftPart(UriPartial.Authority), path, fields);

        private Task<HttpResponseMessage> PostFrom(string origin, string path, (string Name, string Value)[] fields)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
            request.Headers.Add("Origin", origin);
            return _http.SendAsync(request, Cancellation);
        }

        public async Task<HttpResponseMessage> SignIn(string credential, string path = "/sign-in")
        {
            using var page = await Get(path);
            return await Send(path, await page.Content.ReadAsStringAsync(Cancellation), ("credential", credential));
        }

        /// <summary>Posts what a page's form asks for from a page of another address.</summary>
        public Task<HttpResponseMessage> Send(string path, string page, string origin, (string, string) field)
        {
            var hidden = Hidden().Match(page);
            return PostFrom(origin, path, [(hidden.Groups[1].Value, hidden.Groups[2].Value), field]);
        }

        /// <summary>Posts what a page's form asks for.</summary>
        public Task<HttpResponseMessage> Send(string path, string page, params (string, string)[] fields)
        {
            var hidden = Hidden().Match(page);
            return Post(path, [(hidden.Groups[1].Value, hidden.Groups[2].Value), .. fields]);
        }

        /// <summary>Why it is refused; empty when it is not.</summary>
        public async Task<string> Reason(string path)
        {
            using var answer = await Get(path);
            if (answer.IsSuccessStatusCode)
            {
                return "";
            }

            using var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
            return status.RootElement.GetProperty("details")[0].GetProperty("reason").GetString()!;
        }

        [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
        private static partial Regex Hidden();
    }
}
