using System.Collections.Immutable;

namespace CityTwin.Import.Reading;

/// <summary>Gathers the faults of one reading, so that all are told at once; bounded by <see cref="CityLimits.FaultsMax"/>.</summary>
internal sealed class FaultList
{
    private readonly List<Fault> _errors = [];
    private readonly List<Fault> _warnings = [];
    private long _untold;

    /// <summary>True once an error was found, told or not.</summary>
    public bool HasErrors => _errors.Count > 0;

    public void Error(string code, Place place, string message, string? feature = null) =>
        Add(_errors, FaultSeverity.Error, code, place, message, feature);

    public void Warning(string code, Place place, string message, string? feature = null) =>
        Add(_warnings, FaultSeverity.Warning, code, place, message, feature);

    /// <summary>Errors first, then warnings, each in the order found.</summary>
    public ImmutableArray<Fault> ToImmutable()
    {
        var sorted = _errors.Concat(_warnings);
        return _untold == 0
            ? [.. sorted]
            : [.. sorted, new Fault(FaultSeverity.Warning, FaultCode.TooManyFaults, "", null, "",
                $"{_untold} more faults are not shown; mend these and check again.")];
    }

    /// <summary>Errors and warnings are bounded apart, so that no flood of warnings hides an error.</summary>
    private void Add(List<Fault> faults, FaultSeverity severity, string code, Place place, string message, string? feature)
    {
        if (faults.Count < CityLimits.FaultsMax)
        {
            faults.Add(new Fault(severity, code, place.File, feature, place.ToString(), message));
        }
        else
        {
            _untold++;
        }
    }
}
