using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using CityTwin.Api.Access;
using CityTwin.Core.Access;

namespace CityTwin.Silo.Access;

/// <summary>
/// Who gets in, from the environment: CITYTWIN_KEYS_FILE, CITYTWIN_PERMISSIONS_FILE, CITYTWIN_JWT_AUTHORITY,
/// CITYTWIN_JWT_AUDIENCE, CITYTWIN_JWT_NAME_CLAIM, CITYTWIN_JWT_ROLES_CLAIM, CITYTWIN_JWT_ZONES_CLAIM,
/// CITYTWIN_JWT_CLOCK_SKEW_SECONDS, CITYTWIN_TRUSTED_PROXIES. Without keys and tokens the silo serves this machine alone.
/// </summary>
/// <param name="KeysFile">Null = no keys but the machine's own.</param>
/// <param name="PermissionsHash">Of the file that replaces the table of permissions; null = none does.</param>
internal sealed record AccessSettings(string? KeysFile, string? PermissionsHash, AccessOptions Options)
{
    /// <summary>No credentials are configured: whoever sits at the machine is let in, and nobody else.</summary>
    public bool IsLocal => KeysFile is null && Options.Tokens is null;

    /// <exception cref="StartRefusedException">A value is wrong, or the doors would stand open.</exception>
    public static AccessSettings From(Func<string, string?> environment, SiloSettings settings)
    {
        var (keys, tokens) = (Given("CITYTWIN_KEYS_FILE"), TokensFrom(Given));
        var isLocal = keys is null && tokens is null;
        if (isLocal && !IPAddress.IsLoopback(settings.Listen))
        {
            throw new StartRefusedException(
                $"--listen {settings.Listen} would open the city to others without credentials; set CITYTWIN_KEYS_FILE ('citytwin key create' makes one), "
                + "or CITYTWIN_JWT_AUTHORITY and CITYTWIN_JWT_AUDIENCE, or leave --listen out.");
        }

        var (permissions, hash) = Given("CITYTWIN_PERMISSIONS_FILE") is { } file ? PermissionsFrom(file) : (new AccessOptions().Permissions, null);
        return new(keys, hash, new AccessOptions
        {
            Permissions = permissions,
            Tokens = tokens,
            HasOperatorLink = isLocal,
            AdmitsGuests = isLocal,
            TrustedProxies = Given("CITYTWIN_TRUSTED_PROXIES") is { } proxies ? ProxiesFrom(proxies) : [],
            CookieName = settings.Cluster is { } cluster ? $"citytwin-{cluster.Id}" : string.Create(CultureInfo.InvariantCulture, $"citytwin-{settings.HttpPort}"),
        });

        string? Given(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>A network of everybody is refused: then anybody could say where they come from.</summary>
    private static ImmutableArray<IPNetwork> ProxiesFrom(string text) =>
    [
        .. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word =>
            IPNetwork.TryParse(word, out var network) && network.PrefixLength > 0 ? network : throw new StartRefusedException(
                $"CITYTWIN_TRUSTED_PROXIES has '{word}'; it names the networks of your proxies, such as 10.1.0.0/16 or 10.1.2.3/32, with commas between them.")),
    ];

    private static TokenOptions? TokensFrom(Func<string, string?> given)
    {
        if (given("CITYTWIN_JWT_AUTHORITY") is not { } authority)
        {
            return null;
        }

        var shipped = new TokenOptions { Authority = authority, Audience = given("CITYTWIN_JWT_AUDIENCE") ?? "" };
        var tokens = shipped with
        {
            NameClaim = given("CITYTWIN_JWT_NAME_CLAIM") ?? shipped.NameClaim,
            RolesClaim = given("CITYTWIN_JWT_ROLES_CLAIM") ?? shipped.RolesClaim,
            ZonesClaim = given("CITYTWIN_JWT_ZONES_CLAIM"),
            RequiresHttps = !authority.StartsWith("http://", StringComparison.Ordinal),
            ClockSkew = given("CITYTWIN_JWT_CLOCK_SKEW_SECONDS") is not { } seconds ? shipped.ClockSkew
                : int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? TimeSpan.FromSeconds(number)
                : throw new StartRefusedException($"CITYTWIN_JWT_CLOCK_SKEW_SECONDS is '{seconds}'; it is 0 to 300."),
        };
        return tokens.Faults().FirstOrDefault() is { } fault ? throw new StartRefusedException($"CITYTWIN_JWT_...: {fault}.") : tokens;
    }

    private static (PermissionTable Table, string? Hash) PermissionsFrom(string file)
    {
        var content = ReadFile(file, "CITYTWIN_PERMISSIONS_FILE");
        var (table, faults) = PermissionFile.Read(content, AccessActions.All);
        return table is not null ? (table, PermissionWatch.HashOf(content)) : throw new StartRefusedException($"CITYTWIN_PERMISSIONS_FILE '{file}' has {faults.Length} faults: {string.Join(" ", faults)}");
    }

    /// <exception cref="StartRefusedException">It cannot be read.</exception>
    public static byte[] ReadFile(string file, string variable)
    {
        try
        {
            return File.ReadAllBytes(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{variable} names '{file}', which cannot be read: {failure.Message}");
        }
    }
}
