using CityTwin.Api.Analysis;
using CityTwin.Api.Reading;
using CityTwin.Core.Cascades;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Zones and their status as the contract says them.</summary>
internal static class ZoneMessages
{
    /// <param name="analysis">Adds time to dark and weakest links as far as they are known.</param>
    public static V1.Zone Of(CityVersion version, int place, CityAnalysis analysis)
    {
        var message = Of(version, place);
        var zone = version.Index.City.Zones[place].Id;
        foreach (var service in message.Status.Services)
        {
            var key = (zone, new ServiceId(service.Service));
            if (analysis.DarkOf == version.LevelsAt && analysis.DarkAt.TryGetValue(key, out var darkAt))
            {
                var from = Math.Max(version.BatchAt, version.AsOf?.ToUnixTimeMilliseconds() ?? 0);
                service.TimeToDark = Times.SpanOfTicks(Math.Max(0, darkAt - from));
            }

            if (analysis.WeakestDefinition == version.Index.City.Hash && analysis.Weakest.TryGetValue(key, out var weakest))
            {
                service.WeakestLink = WeakestOf(zone, key.Item2, weakest, analysis.WeakestVersion);
            }
        }

        return message;
    }

    public static V1.WeakestLink WeakestOf(ZoneId zone, ServiceId service, SingleFailure failure, string version) => new()
    {
        Zone = ResourceNames.Of(zone),
        Service = service.Value,
        Segment = ResourceNames.Of(failure.Segment),
        LevelPermille = failure.LevelFinallyPermille,
        TimeToDark = Times.SpanOfTicks(failure.LowestAfterTicks),
        SegmentsFalling = failure.FallenCount,
        Version = version,
    };

    public static V1.Zone Of(CityVersion version, int place)
    {
        var zone = version.Index.City.Zones[place];
        return new()
        {
            Name = ResourceNames.Of(zone.Id),
            DisplayName = zone.Name,
            Kind = (V1.ZoneKind)(zone.Kind + 1),
            Parent = zone.Parent is { } parent ? ResourceNames.Of(parent) : "",
            PeopleByDay = zone.PeopleByDay,
            PeopleByNight = zone.PeopleByNight,
            TargetSecurityLevel = zone.TargetSecurityLevel,
            Status = StatusOf(version, ZoneRules.StatusOf(version, place), version.Zones[place].Facts),
            ResourceVersion = VersionToken.Of(version, version.Zones[place].ChangedAt).ToString(),
        };
    }

    public static V1.Cause CauseOf(Cause cause) => new()
    {
        Cause_ = cause.Name,
        LevelPermille = cause.LevelPermille,
        Principal = cause.By,
        Reason = cause.Reason,
        SinceTime = Times.Of(cause.Since),
    };

    private static V1.ZoneStatus StatusOf(CityVersion version, ZoneStatus status, ZoneFacts? facts)
    {
        var message = StatusOf(version, status);
        if (facts is not null)
        {
            message.PosturePrincipal = facts.PostureBy ?? "";
            message.PostureReason = facts.PostureReason ?? "";
            if (status.PlannedWorkUntil is not null)
            {
                (message.PlannedWorkPrincipal, message.PlannedWorkReason) = (facts.WorkBy ?? "", facts.WorkReason ?? "");
            }

            if (facts.PeopleCounted is { } people)
            {
                message.PeopleCounted = people;
            }
        }

        return message;
    }

    private static V1.ZoneStatus StatusOf(CityVersion version, ZoneStatus status) => new()
    {
        Services = { status.Services.Select(ServiceOf) },
        WorstLevelPermille = status.WorstPermille,
        WorstService = status.WorstService?.Value ?? "",
        Health = (V1.Health)(status.Health + 1),
        PeopleAffected = status.PeopleAffected,
        Assets = new()
        {
            Suspected = status.Tally.AssetsSuspected,
            Compromised = status.Tally.AssetsCompromised,
            Contained = status.Tally.AssetsContained,
        },
        Alerts = new()
        {
            Notice = status.Tally.Notices,
            Warning = status.Tally.Warnings,
            Serious = status.Tally.Serious,
            Critical = status.Tally.Critical,
            Unacknowledged = status.Tally.Unacknowledged,
        },
        Posture = (V1.SecurityPosture)(status.Posture + 1),
        GuardsPresent = status.Tally.GuardsPresent,
        GuardsOnTheWay = status.Tally.GuardsOnTheWay,
        Coverage = new()
        {
            Sensing = (V1.Sensing)(status.Coverage + 1),
            Expected = status.Tally.Expected,
            Reporting = status.Tally.Reporting,
            Stale = status.Tally.Stale,
            Offline = status.Tally.Offline,
            Doubtful = status.Tally.Doubtful,
            Unavailable = status.Tally.Unavailable,
            NewestObserveTime = Times.Of(status.NewestObservedAt),
        },
        PlannedWorkUntil = Times.Of(status.PlannedWorkUntil),
        Version = VersionToken.Of(version).ToString(),
        AsOfTime = Times.Of(status.AsOf),
    };

    private static V1.ServiceStatus ServiceOf(ServiceStatus service)
    {
        var message = new V1.ServiceStatus
        {
            Service = service.Service.Value,
            LevelPermille = service.LevelPermille,
            Health = (V1.Health)(service.Health + 1),
            PeopleAffected = service.PeopleAffected,
        };
        if (service.CriticalBelowPermille is { } critical)
        {
            message.CriticalBelowPermille = critical;
        }

        if (service.Cause is { } cause)
        {
            message.Cause = new()
            {
                Segment = ResourceNames.Of(cause.Segment),
                LevelPermille = cause.LevelPermille,
                Root = ResourceNames.Of(cause.Root),
                RootCause = cause.RootCause is { } root ? CauseOf(root) : null,
            };
        }

        return message;
    }
}
