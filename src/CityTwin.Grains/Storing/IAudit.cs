using CityTwin.Core.Audit;

namespace CityTwin.Grains.Storing;

/// <summary>Where doors report commands, sign-ins and refusals.</summary>
public interface IAudit
{
    /// <summary>Takes an entry. It never throws: who is refused stays refused whatever the log does.</summary>
    void Report(AuditEntry entry);
}
