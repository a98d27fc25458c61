using System.Collections.Immutable;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Guarding;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;

namespace CityTwin.Core.Zones;

/// <summary>How the status of a zone follows from the city. Every silo and the simulator use these same functions.</summary>
public static class ZoneRules
{
    private const int Whole = 1000;

    /// <summary>The status of a zone in one version of the city.</summary>
    public static ZoneStatus StatusOf(CityVersion version, int zone)
    {
        var view = version.Zones[zone];
        var worst = Whole;
        ServiceId? worstService = null;
        var health = ServiceHealth.Normal;
        var people = 0;
        foreach (var service in view.Services)
        {
            if (service.LevelPermille < worst)
            {
                (worst, worstService) = (service.LevelPermille, service.Service);
            }

            health = service.Health > health ? service.Health : health;
            people = Math.Max(people, service.PeopleAffected);
        }

        return new(
            version.Index.City.Zones[zone].Id,
            view.Services,
            worst,
            worstService,
            health,
            people,
            view.Facts?.Posture ?? SecurityPosture.Normal,
            view.Facts?.PlannedWorkUntil is { } until && !(until <= version.AsOf) ? until : null,
            view.Tally,
            CoverageOf(view.Tally),
            view.NewestObservedAt,
            version.Seq,
            version.AsOf);
    }

    /// <summary>The services of a zone, from segment levels.</summary>
    /// <param name="headOf">Tells where the chain of causes of a service below 1000 begins; null where nobody asks for it.</param>
    public static ImmutableArray<ServiceStatus> ServicesOf(
        Zone zone, int? peopleCounted, Func<SegmentId, int> levelOf, Func<ZoneService, CauseHead?>? headOf)
    {
        var services = ImmutableArray.CreateBuilder<ServiceStatus>(zone.Services.Length);
        foreach (var service in zone.Services)
        {
            var level = ExpressionRules.Evaluate(service.Level, levelOf);
            services.Add(new(
                service.Service,
                level,
                HealthOf(level, service.CriticalBelowPermille),
                service.CriticalBelowPermille,
                level < Whole ? peopleCounted ?? Math.Max(zone.PeopleByDay, zone.PeopleByNight) : 0,
                level < Whole ? headOf?.Invoke(service) : null));
        }

        return services.MoveToImmutable();
    }

    public static ServiceHealth HealthOf(int levelPermille, int? criticalBelowPermille) =>
        levelPermille >= Whole ? ServiceHealth.Normal
        : levelPermille == 0 ? ServiceHealth.Dark
        : levelPermille < criticalBelowPermille ? ServiceHealth.Critical
        : ServiceHealth.Degraded;

    public static Coverage CoverageOf(ZoneTally tally) =>
        tally.Expected == 0 ? Coverage.None
        : tally.Reporting == 0 ? Coverage.Blind
        : tally.Reporting < tally.Expected ? Coverage.Partial
        : Coverage.Full;

    /// <summary>What a sensor counts for. One without power or telecom is unavailable, whatever it said last.</summary>
    public static ZoneTally TallyOf(SensorView sensor)
    {
        var tally = new ZoneTally { Expected = 1 };
        return sensor.AvailabilityPermille == 0 ? tally with { Unavailable = 1 } : sensor.Condition switch
        {
            SensorCondition.Good => tally with { Reporting = 1 },
            SensorCondition.Stale => tally with { Stale = 1 },
            SensorCondition.OutOfRange or SensorCondition.Stuck => tally with { Doubtful = 1 },
            _ => tally with { Offline = 1 },
        };
    }

    /// <summary>What an alert counts for: nothing once it is cleared, shelved or explained by planned work.</summary>
    public static ZoneTally TallyOf(AlertStatus? alert)
    {
        if (alert is not { Phase: not AlertPhase.Cleared, SuppressedBy: null, ShelvedUntil: null })
        {
            return default;
        }

        var tally = new ZoneTally { Unacknowledged = alert.Phase == AlertPhase.Raised ? 1 : 0 };
        return alert.Severity switch
        {
            AlertSeverity.Notice => tally with { Notices = 1 },
            AlertSeverity.Warning => tally with { Warnings = 1 },
            AlertSeverity.Serious => tally with { Serious = 1 },
            _ => tally with { Critical = 1 },
        };
    }

    /// <summary>What an asset counts for: nothing while nothing speaks against it.</summary>
    public static ZoneTally TallyOf(AssetStatus asset) => asset.Posture switch
    {
        AssetPosture.Suspected => new ZoneTally { AssetsSuspected = 1 },
        AssetPosture.Compromised => new ZoneTally { AssetsCompromised = 1 },
        AssetPosture.Contained => new ZoneTally { AssetsContained = 1 },
        _ => default,
    };

    /// <summary>Where a guard counts, and for what: at the place of its order, else at its post while it is available.</summary>
    public static (ZoneId Zone, ZoneTally Tally)? TallyOf(Guard guard, GuardStatus status) => status switch
    {
        { Duty: GuardDuty.OnScene, Order: { } order } => (order.Place, new ZoneTally { GuardsPresent = 1 }),
        { Duty: GuardDuty.Dispatched or GuardDuty.EnRoute, Order: { } order } => (order.Place, new ZoneTally { GuardsOnTheWay = 1 }),
        { Duty: GuardDuty.Available } => (guard.Zone, new ZoneTally { GuardsPresent = 1 }),
        _ => null,
    };
}
