using CityTwin.Core.Audit;

namespace CityTwin.Grains.Storing;

/// <summary>Where is reported what nobody waits for: refusals, sign-outs, changed permissions.</summary>
public interface IAudit
{
    /// <summary>Takes an entry. It never throws: who is refused stays refused whatever the log does.</summary>
    void Report(AuditEntry entry);
}
