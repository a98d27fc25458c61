namespace CityTwin.Api.Access;

/// <summary>Which tokens of an identity provider (OpenID Connect) are taken, and what they say.</summary>
public sealed record TokenOptions
{
    /// <summary>The provider's address; its keys are found there by discovery, and found again when it changes them.</summary>
    public required string Authority { get; init; }

    /// <summary>For whom a token must be made out.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim with the holder's name.</summary>
    public string NameClaim { get; init; } = "sub";

    /// <summary>The claim with the roles, in our words.</summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>The claim with the zones that the roles hold in, or <c>*</c>; null = every token is for the whole city.</summary>
    public string? ZonesClaim { get; init; }

    /// <summary>How far the provider's clock may be from ours, 0 s..5 min.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the provider must be asked over TLS; only a provider on loopback may do without.</summary>
    public bool RequiresHttps { get; init; } = true;

    /// <summary>How long discovered keys are used before they are asked for again; an unknown key asks at once, at most this often.</summary>
    public TimeSpan KeysRefresh { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>All that is wrong; empty when nothing is.</summary>
    public IEnumerable<string> Faults()
    {
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            || (address.Scheme == "http" && (RequiresHttps || !address.IsLoopback)))
        {
            yield return $"the authority '{Authority}' is an https address";
        }

        if (Audience.Length == 0)
        {
            yield return "the audience is missing: a token made out for somebody else would open this door";
        }

        if (ClockSkew < TimeSpan.Zero || ClockSkew > TimeSpan.FromMinutes(5))
        {
            yield return $"the clock skew is 0 to 300 seconds, not {ClockSkew.TotalSeconds}";
        }
    }
}
