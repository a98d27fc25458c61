using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using CityTwin.Api.Auditing;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Grains.Storing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using IPNetwork = System.Net.IPNetwork;

namespace CityTwin.Api.Access;

/// <summary>Who may come in, and how they are known.</summary>
public sealed record AccessOptions
{
    /// <summary>Who may do what; the shipped table unless the operator has one.</summary>
    public PermissionTable Permissions { get; init; } = AccessServices.ShippedPermissions;

    /// <summary>Tokens of an identity provider; null = none are taken.</summary>
    public TokenOptions? Tokens { get; init; }

    /// <summary>Whether a person gets in by the link that the silo prints: on an embedded silo, on loopback.</summary>
    public bool HasOperatorLink { get; init; }

    /// <summary>Whoever asks from this very machine, and shows no credential, may look. For an embedded silo, where orders need the operator's link or key.</summary>
    public bool AdmitsGuests { get; init; }

    /// <summary>The session cookie's name. Browsers do not tell ports apart, so two cities on one machine need two, and silos of one city the same.</summary>
    public string CookieName { get; init; } = "citytwin";

    /// <summary>
    /// Whose word is taken for where a request comes from, and whether it came encrypted (X-Forwarded-For, X-Forwarded-Proto):
    /// the networks of proxies in front of this server. From anybody else these are words that anybody may write.
    /// </summary>
    public ImmutableArray<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Refusals to one address or credential that are explained at once, 1..; then one a second.</summary>
    public int RefusalsBurst { get; init; } = 60;
}

/// <summary>The doors as services.</summary>
public static class AccessServices
{
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <summary>The table that this software comes with, as a file to begin one's own from.</summary>
    public static ReadOnlyMemory<byte> ShippedFile { get; } = ReadShipped();

    internal static PermissionTable ShippedPermissions { get; } = PermissionFile.Read(ShippedFile, AccessActions.All) is { Table: { } table }
        ? table : throw new InvalidOperationException(
            $"The shipped permissions have faults: {string.Join(' ', PermissionFile.Read(ShippedFile, AccessActions.All).Faults)}");

    /// <summary>Locks the doors of the public interface; without it nobody gets in.</summary>
    public static IServiceCollection AddCityTwinAccess(this IServiceCollection services, AccessOptions options)
    {
        services.AddSingleton(options.Permissions);
        services.AddMetrics();
        services.TryAddSingleton<ApiInstruments>();
        services.AddSingleton<AuditQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<AuditQueue>());
        services.TryAddSingleton<IAudit>(provider => provider.GetRequiredService<AuditQueue>());
        services.TryAddSingleton<KeyRing>();
        services.AddSingleton(_ => new RefusalLimit(options.RefusalsBurst));
        services.AddSingleton(new Guests(options.AdmitsGuests));
        services.AddSingleton<Doors>();
        services.AddSingleton<AccessInterceptor>();
        services.AddSingleton(provider => new OperatorSessions(options, provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TokenDoor(options.Tokens, provider.GetRequiredService<TimeProvider>()));
        if (!options.TrustedProxies.IsEmpty)
        {
            services.Configure<ForwardedHeadersOptions>(forwarded => Believe(forwarded, options.TrustedProxies));
        }

        // Credentials asks the schemes itself, where none of our own keys was shown. Otherwise an only scheme would count as
        // everybody's: each call would be looked through for a cookie first.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        services.AddAntiforgery(form => Keep(form.Cookie, $"{options.CookieName}-form"));
        var authentication = services.AddAuthentication();
        authentication.AddCookie(OperatorSessions.Scheme, session =>
        {
            Keep(session.Cookie, options.CookieName);
            session.ExpireTimeSpan = OperatorSessions.Lasts;
            session.SlidingExpiration = false;
        });
        if (options.Tokens is { } tokens)
        {
            authentication.AddJwtBearer(jwt => Take(jwt, tokens));
        }

        return services;
    }

    /// <summary>Before anything that asks where a request comes from.</summary>
    internal static void UseTrustedProxies(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value.ForwardedHeaders != ForwardedHeaders.None)
        {
            app.UseForwardedHeaders();
        }
    }

    /// <summary>Before anything that answers.</summary>
    internal static void UseDoors(this WebApplication app)
    {
        app.UseMiddleware<Credentials>();
        app.UseMiddleware<Gate>();
    }

    /// <summary>Through as many proxies as there are, as long as each is one of these.</summary>
    private static void Believe(ForwardedHeadersOptions forwarded, ImmutableArray<IPNetwork> proxies)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        forwarded.ForwardLimit = null;
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in proxies)
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }

    private static void Keep(CookieBuilder cookie, string name)
    {
        cookie.Name = name;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Strict;
        cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
    }

    private static void Take(JwtBearerOptions jwt, TokenOptions tokens)
    {
        jwt.Authority = tokens.Authority;
        jwt.RequireHttpsMetadata = tokens.RequiresHttps;
        jwt.MapInboundClaims = false;
        jwt.RefreshInterval = tokens.KeysRefresh;
        jwt.TokenValidationParameters = new()
        {
            ValidAudience = tokens.Audience,
            ValidAlgorithms = Algorithms,
            ClockSkew = tokens.ClockSkew,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ValidateAudience = true,
            ValidateIssuer = true,
            ValidateIssuerSigningKey = true,
            ValidateLifetime = true,
        };
    }

    private static byte[] ReadShipped()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("permissions.json")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
