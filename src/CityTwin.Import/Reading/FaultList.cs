using System.Collections.Immutable;

namespace CityTwin.Import.Reading;

/// <summary>Gathers the faults of one reading, so that all are told at once; bounded by <see cref="CityLimits.FaultsMax"/>.</summary>
internal sealed class FaultList
{
    private readonly List<Fault> _faults = [];
    private long _untold;

    /// <summary>True once an error was found, told or not.</summary>
    public bool HasErrors { get; private set; }

    public void Error(string code, Place place, string message, string? feature = null)
    {
        HasErrors = true;
        Add(new Fault(FaultSeverity.Error, code, place.File, feature, place.ToString(), message));
    }

    public void Warning(string code, Place place, string message, string? feature = null) =>
        Add(new Fault(FaultSeverity.Warning, code, place.File, feature, place.ToString(), message));

    /// <summary>Errors first, then warnings, each in the order found.</summary>
    public ImmutableArray<Fault> ToImmutable()
    {
        var sorted = _faults.OrderBy(fault => fault.Severity).ToList();
        if (_untold > 0)
        {
            sorted.Add(new Fault(HasErrors ? FaultSeverity.Error : FaultSeverity.Warning, FaultCode.TooManyFaults, "", null, "",
                $"{_untold} more faults are not shown; mend the first {CityLimits.FaultsMax} and check again."));
        }

        return [.. sorted];
    }

    private void Add(Fault fault)
    {
        if (_faults.Count < CityLimits.FaultsMax)
        {
            _faults.Add(fault);
        }
        else
        {
            _untold++;
        }
    }
}
