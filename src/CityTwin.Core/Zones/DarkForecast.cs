using System.Collections.Immutable;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Core.Zones;

/// <summary>
/// When services go dark if nothing more happens: the kernel on a fork of the city, driven by its batteries and tanks
/// alone. Exact, because inputs are constant between events.
/// </summary>
public static class DarkForecast
{
    /// <param name="now">From when, in ticks.</param>
    /// <param name="horizonTicks">How far to look.</param>
    /// <returns>Of each service that goes from light to dark within the horizon: at which tick.</returns>
    public static ImmutableDictionary<(ZoneId Zone, ServiceId Service), long> Of(
        CityVersion version, long now, long horizonTicks, CancellationToken cancellation = default)
    {
        var start = version.Fork(now);
        var state = start.ToState(version.Index.Kernel);
        var dark = ImmutableDictionary.CreateBuilder<(ZoneId, ServiceId), long>();
        var touched = new SortedSet<int>();
        while (state.AdvanceOne(start.At + horizonTicks))
        {
            cancellation.ThrowIfCancellationRequested();
            touched.Clear();
            foreach (var change in state.Changes)
            {
                touched.UnionWith(version.Index.ZonesServedBy[change.Segment]);
            }

            foreach (var place in touched)
            {
                var zone = version.Index.City.Zones[place];
                for (var i = 0; i < zone.Services.Length; i++)
                {
                    var service = zone.Services[i];
                    if (version.Zones[place].Services[i].LevelPermille > 0
                        && !dark.ContainsKey((zone.Id, service.Service))
                        && ExpressionRules.Evaluate(service.Level, state.LevelOf) == 0)
                    {
                        dark.Add((zone.Id, service.Service), state.Now);
                    }
                }
            }
        }

        return dark.ToImmutable();
    }
}
