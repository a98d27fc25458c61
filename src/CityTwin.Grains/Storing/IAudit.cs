using CityTwin.Core.Access;

namespace CityTwin.Grains.Storing;

/// <summary>Where doors report commands, logins and refusals.</summary>
public interface IAudit
{
    /// <summary>Takes an entry. It never throws: who is refused stays refused whatever the log does.</summary>
    void Report(AuditEntry entry);
}
