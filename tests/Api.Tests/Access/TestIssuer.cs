using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CityTwin.Api.Tests;

/// <summary>A small identity provider on loopback: discovery, its keys, and tokens of any shape, good and bad.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "citytwin";

    private WebApplication _app = null!;
    private RsaSecurityKey _key = NewKey("first");

    public string Address { get; private set; } = "";

    public static async Task<TestIssuer> Start()
    {
        var issuer = new TestIssuer();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        issuer._app = builder.Build();
        issuer._app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = issuer.Address, jwks_uri = $"{issuer.Address}/keys" }));
        issuer._app.MapGet("/keys", () => Results.Json(new { keys = new[] { issuer.Published() } }));
        await issuer._app.StartAsync();
        issuer.Address = issuer._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return issuer;
    }

    /// <summary>From now on it signs with another key, and publishes that one alone.</summary>
    public void Rotate() => _key = NewKey("second");

    public static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    public string Token(
        string name = "anna",
        string[]? roles = null,
        string[]? zones = null,
        DateTime? notBefore = null,
        DateTime? expires = null,
        string? issuer = null,
        string audience = Audience,
        SecurityKey? key = null) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience,
            NotBefore = notBefore ?? DateTime.UtcNow.AddMinutes(-5),
            IssuedAt = DateTime.UtcNow.AddMinutes(-5),
            Expires = expires ?? DateTime.UtcNow.AddHours(1),
            Claims = new Dictionary<string, object> { ["sub"] = name, ["roles"] = roles ?? ["viewer"], ["zones"] = zones ?? ["*"] },
            SigningCredentials = new(key ?? _key, SecurityAlgorithms.RsaSha256),
        });

    /// <summary>The same claims, signed by nobody.</summary>
    public string Unsigned() => $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{Token().Split('.')[1]}.";

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private object Published()
    {
        var parameters = _key.Rsa.ExportParameters(false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = _key.KeyId, n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent) };
    }
}
