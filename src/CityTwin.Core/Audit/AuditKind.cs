namespace CityTwin.Core.Audit;

/// <summary>What sort of act an audit entry tells of.</summary>
public enum AuditKind
{
    /// <summary>Somebody ordered something that changes the city.</summary>
    Command,

    /// <summary>Somebody came in, or tried to.</summary>
    SignIn,

    /// <summary>Somebody was refused something for want of a right.</summary>
    Refusal,

    /// <summary>Who may do what was changed.</summary>
    Permission,

    /// <summary>Somebody ran a simulation.</summary>
    Simulation,

    /// <summary>Somebody read what not everybody should see.</summary>
    Read,
}
