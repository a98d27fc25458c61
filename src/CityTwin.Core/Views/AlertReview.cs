using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Zones;

namespace CityTwin.Core.Views;

/// <summary>An alert that planned work or the time has overtaken.</summary>
/// <param name="Work">The zone whose planned work covers it now; null when none does.</param>
public readonly record struct AlertReview(AlertId Id, ZoneId? Work)
{
    /// <summary>All alerts that are to look at themselves again, by id.</summary>
    public static IEnumerable<AlertReview> Due(CityVersion version, DateTimeOffset now)
    {
        foreach (var (id, alert) in version.Alerts)
        {
            var work = PlannedWorkRules.CoverOf(version, alert.Status.Zone, now);
            if (!ReferenceEquals(AlertRules.Review(alert.Status, work, now), alert.Status))
            {
                yield return new(id, work);
            }
        }
    }
}
