using System.Globalization;
using CityTwin.Import;

namespace CityTwin.Cli;

/// <summary>A fault as one line, easy to read and to search.</summary>
internal static class FaultText
{
    public static string Line(Fault fault)
    {
        var severity = fault.Severity == FaultSeverity.Error ? "error" : "warning";
        var place = string.Join(' ', new[] { fault.File, fault.Place }.Where(part => part.Length > 0));
        var feature = fault.FeatureId is null ? "" : $" [{fault.FeatureId}]";
        return $"{severity} {fault.Code} {place}{feature}: {fault.Message}";
    }

    /// <summary>A count with its noun: <c>1 error</c>, <c>2 errors</c>.</summary>
    public static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
