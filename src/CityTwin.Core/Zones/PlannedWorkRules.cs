using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Core.Zones;

/// <summary>What planned work in a zone covers.</summary>
public static class PlannedWorkRules
{
    /// <summary>The longest that work may be planned ahead.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromDays(90);

    /// <summary>The innermost zone around a place in which work is going on; null when there is none.</summary>
    public static ZoneId? CoverOf(CityVersion version, ZoneId? zone, DateTimeOffset now)
    {
        for (var at = zone is { } id ? version.Index.Find(id) ?? -1 : -1; at >= 0; at = version.Index.ParentOf[at])
        {
            if (version.Zones[at].Facts?.PlannedWorkUntil > now)
            {
                return version.Index.City.Zones[at].Id;
            }
        }

        return null;
    }
}
