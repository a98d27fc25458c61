using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Access;

/// <summary>How somebody is known.</summary>
public enum PrincipalKind
{
    /// <summary>By a key: a program, or a person with one.</summary>
    Key,

    /// <summary>By a token of an identity provider.</summary>
    Token,

    /// <summary>By sitting at the machine that an embedded silo runs on. Several people may: they say who they are.</summary>
    LocalOperator,

    /// <summary>A sensor, by its own credential at the broker.</summary>
    Device,

    /// <summary>By nothing but asking from the machine of an embedded silo.</summary>
    Guest,
}

/// <summary>The zones that a grant covers, each with all that lies in it; or the city as a whole.</summary>
/// <param name="Zones">Not looked at where everything is covered.</param>
public sealed record ZoneScope(bool IsEverything, ImmutableArray<ZoneId> Zones)
{
    public static ZoneScope Everything { get; } = new(true, []);

    public static ZoneScope Of(params ImmutableArray<ZoneId> zones) => new(false, zones);
}

/// <summary>Roles that somebody has in a scope.</summary>
public sealed record Grant(Roles Roles, ZoneScope Scope);

/// <summary>Who calls: known by a credential, never by what a request claims.</summary>
/// <param name="Name">What the audit log and the city's own records say of who did something; 1 to 128 characters.</param>
/// <param name="Expires">From this instant on the principal may nothing; null = never.</param>
/// <param name="Sensor">The only sensor that a device speaks for; null for everybody else.</param>
public sealed record Principal(
    string Name, PrincipalKind Kind, ImmutableArray<Grant> Grants, DateTimeOffset? Expires = null, SensorId? Sensor = null)
{
    public const int NameLengthMax = 128;

    /// <summary>The roles held over the city as a whole; looked at first, because nearly all calls end there.</summary>
    public Roles EverywhereRoles { get; } = Grants.Where(grant => grant.Scope.IsEverything).Aggregate(Roles.None, (roles, grant) => roles | grant.Roles);

    /// <summary>The roles held anywhere.</summary>
    public Roles AnywhereRoles { get; } = Grants.Aggregate(Roles.None, (roles, grant) => roles | grant.Roles);

    /// <summary>Who an order is recorded under: several people share an embedded silo's machine, so there a claim is all there is.</summary>
    public string ActorOf(string claimed) => Kind == PrincipalKind.LocalOperator ? claimed : Name;
}
