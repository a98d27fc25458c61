using CityTwin.Core.Access;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Logging;

namespace CityTwin.Api.Access;

/// <summary>Reports what happens at the doors to the log.</summary>
internal sealed partial class LoggedAudit(ILogger<LoggedAudit> logger) : IAudit
{
    public void Report(AuditEntry entry)
    {
        if (entry.Result == AuditResult.Refused)
        {
            Refused(entry.What, entry.On, entry.Who, entry.Credential, entry.From, entry.Why);
        }
        else
        {
            Done(entry.Result, entry.What, entry.On, entry.Who, entry.Credential, entry.From, entry.Why);
        }
    }

    [LoggerMessage(4401, LogLevel.Warning, "Refused: {What} {On} by '{Who}' ({Credential}) from {From}: {Why}.")]
    private partial void Refused(string what, string on, string who, string credential, string from, string why);

    [LoggerMessage(4402, LogLevel.Information, "{Result}: {What} {On} by '{Who}' ({Credential}) from {From}: {Why}.")]
    private partial void Done(AuditResult result, string what, string on, string who, string credential, string from, string why);
}
