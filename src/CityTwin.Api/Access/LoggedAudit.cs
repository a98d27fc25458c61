using CityTwin.Core.Audit;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.Logging;

namespace CityTwin.Api.Access;

/// <summary>Reports what happens at the doors to the log.</summary>
internal sealed partial class LoggedAudit(ILogger<LoggedAudit> logger) : IAudit
{
    public void Report(AuditEntry entry)
    {
        var (_, _, who, kind, action, on, why, from, result) = entry;
        if (kind == AuditKind.Refusal)
        {
            Refused(action, on, who, from, result, why);
        }
        else
        {
            Done(action, on, who, from, result, why);
        }
    }

    [LoggerMessage(4401, LogLevel.Warning, "Refused: {Action} {On} by '{Who}' from {From}: {Result}, {Why}")]
    private partial void Refused(string action, string? on, string who, string? from, string result, string? why);

    [LoggerMessage(4402, LogLevel.Information, "{Action} {On} by '{Who}' from {From}: {Result}, {Why}")]
    private partial void Done(string action, string? on, string who, string? from, string result, string? why);
}
