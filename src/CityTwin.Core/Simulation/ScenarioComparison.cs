using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>Two scenarios on the same city, side by side.</summary>
/// <param name="Services">Each service of each zone, by zone and service.</param>
/// <param name="DifferenceThousandthHours">People-hours that the second loses more than the first, in thousandths.</param>
public sealed record ScenarioComparison(
    SimulationReport First,
    SimulationReport Second,
    ImmutableArray<ServiceComparison> Services,
    long DifferenceThousandthHours)
{
    /// <exception cref="ArgumentException">The reports are not of the same city.</exception>
    public static ScenarioComparison Of(SimulationReport first, SimulationReport second)
    {
        if (first.City != second.City || first.Services.Length != second.Services.Length)
        {
            throw new ArgumentException("Only reports on the same city can be compared.", nameof(second));
        }

        return new(
            first,
            second,
            [.. first.Services.Zip(second.Services, (a, b) => new ServiceComparison(
                a.Zone, a.Service, a.LowestPermille, b.LowestPermille, a.LostThousandthHours, b.LostThousandthHours))],
            second.LostThousandthHours - first.LostThousandthHours);
    }
}

/// <summary>One service of one zone in two scenarios.</summary>
public sealed record ServiceComparison(
    ZoneId Zone,
    ServiceId Service,
    int LowestFirstPermille,
    int LowestSecondPermille,
    long LostFirstThousandthHours,
    long LostSecondThousandthHours);
