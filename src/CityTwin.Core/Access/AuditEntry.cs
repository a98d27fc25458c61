namespace CityTwin.Core.Access;

/// <summary>How something ended that is worth remembering.</summary>
public enum AuditResult
{
    Done,

    /// <summary>It was allowed, and failed.</summary>
    Failed,

    Refused,
}

/// <summary>One thing that somebody did or tried at a door.</summary>
/// <param name="Who">The principal; empty when nobody is known.</param>
/// <param name="Credential">Which credential was shown, never the credential itself; empty without one.</param>
/// <param name="What">The action, as in the permission table.</param>
/// <param name="On">The names of the things it was about, as far as they are known.</param>
/// <param name="From">The address it came from.</param>
/// <param name="Why">The reason the caller gave, or that of the refusal.</param>
public sealed record AuditEntry(
    DateTimeOffset At, string Who, string Credential, string What, string On, string From, AuditResult Result, string Why);
