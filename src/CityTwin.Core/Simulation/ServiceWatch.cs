using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;

namespace CityTwin.Core.Simulation;

/// <summary>
/// Which services of which zones a segment's level can change: the services of a city, numbered by zone and service id,
/// and the readers of each segment.
/// </summary>
internal sealed class ServiceWatch
{
    private readonly int[][] _readers;
    private readonly int[] _code;
    private readonly int[] _programs;

    public ServiceWatch(City city, Kernel kernel)
    {
        Services = [.. city.Zones.OrderBy(zone => zone.Id)
            .SelectMany(zone => zone.Services.OrderBy(service => service.Service).Select(service => (zone, service)))];
        var code = new List<int>();
        _programs = new int[Services.Length];
        var readers = kernel.Segments.Select(_ => new SortedSet<int>()).ToArray();
        for (var i = 0; i < Services.Length; i++)
        {
            _programs[i] = code.Count;
            RuleProgram.Append(code, Services[i].Service.Level, segment => kernel.Tables.LevelVertex[kernel.IndexOf(segment)]);
            foreach (var supplier in ExpressionRules.Suppliers(Services[i].Service.Level))
            {
                readers[kernel.IndexOf(supplier)].Add(i);
            }
        }

        _code = [.. code];
        _readers = [.. readers.Select(list => list.ToArray())];
    }

    public ImmutableArray<(Zone Zone, ZoneService Service)> Services { get; }

    public ReadOnlySpan<int> ReadersOf(int segment) => _readers[segment];

    public int LevelOf(int service, KernelState state) => state.Evaluate(_code, _programs[service]);
}
