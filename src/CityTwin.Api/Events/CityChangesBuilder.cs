using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Guarding;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Events;

/// <summary>What is new in a version of the city, as one message.</summary>
internal static class CityChangesBuilder
{
    /// <summary>The most cascades in one message; the levels are complete whatever is left out here.</summary>
    public const int CascadesMax = 32;

    /// <summary>The whole city. A segment that is left out is at level 1000 with nothing against it; so is a cleared alert gone.</summary>
    /// <param name="sight">What is not seen is left out.</param>
    public static V1.CityChanges Snapshot(CityVersion version, Sight sight, bool withSensors, bool afterGap)
    {
        var changes = Begin(version);
        (changes.Snapshot, changes.Gap) = (true, afterGap);
        changes.Zones.AddRange(Seen(Collections.Zones, Enumerable.Range(0, version.Zones.Count)).Select(zone => ZoneOf(version, zone)));
        changes.Segments.AddRange(Seen(Collections.Segments, Enumerable.Range(0, version.Segments.Count))
            .Where(segment => version.Segments[segment] is not { LevelPermille: 1000, CeilingPermille: 1000, Facts: null or { Disagreement: null } })
            .Select(segment => SegmentOf(version, segment)));
        changes.Guards.AddRange(Seen(Collections.Guards, Enumerable.Range(0, version.Guards.Count)).Select(guard => GuardOf(version, guard)));
        changes.Alerts.AddRange(Seen(Collections.Alerts, version.Alerts.Values).Where(alert => alert.Status.Phase != AlertPhase.Cleared)
            .Select(alert => AlertMessages.Of(version, alert)));
        changes.Assets.AddRange(Seen(Collections.Assets, Enumerable.Range(0, version.Assets.Count))
            .Where(asset => version.Assets[asset].Status.Posture != AssetPosture.Clear).Select(asset => AssetOf(version, asset)));
        changes.Conduits.AddRange(Seen(Collections.Conduits, Enumerable.Range(0, version.Conduits.Count))
            .Where(conduit => version.Conduits[conduit].Status.Isolated is not null).Select(conduit => ConduitOf(version, conduit)));
        if (withSensors)
        {
            changes.Sensors.AddRange(Seen(Collections.Sensors, Enumerable.Range(0, version.Sensors.Count)).Select(sensor => SensorOf(version, sensor)));
        }

        return changes;

        IEnumerable<TItem> Seen<TItem, TMessage>(Collection<TItem, TMessage> collection, IEnumerable<TItem> items) =>
            sight.IsEverything ? items : items.Where(item => collection.IsSeen(sight, version.Index, item));
    }

    /// <summary>What changed after a sequence.</summary>
    /// <param name="sight">What is not seen is left out.</param>
    public static V1.CityChanges Since(long seq, CityVersion version, Sight sight, bool withSensors)
    {
        var changes = Begin(version);
        changes.Zones.AddRange(Seen(Collections.Zones).Select(zone => ZoneOf(version, zone)));
        changes.Segments.AddRange(Seen(Collections.Segments).Select(segment => SegmentOf(version, segment)));
        changes.Guards.AddRange(Seen(Collections.Guards).Select(guard => GuardOf(version, guard)));
        changes.Alerts.AddRange(Seen(Collections.Alerts).Select(alert => AlertMessages.Of(version, alert)));
        changes.Cascades.AddRange(version.Cascades.Reverse().TakeWhile(cascade => cascade.ChangedAt > seq)
            .Where(cascade => CascadeMessages.IsSeen(version.Index, cascade, sight)).Take(CascadesMax)
            .Reverse().Select(cascade => CascadeMessages.NoticeOf(version.Index, cascade, sight)));
        changes.Assets.AddRange(Seen(Collections.Assets).Select(asset => AssetOf(version, asset)));
        changes.Conduits.AddRange(Seen(Collections.Conduits).Select(conduit => ConduitOf(version, conduit)));
        if (withSensors)
        {
            changes.Sensors.AddRange(Seen(Collections.Sensors).Select(sensor => SensorOf(version, sensor)));
        }

        return changes;

        IEnumerable<TItem> Seen<TItem, TMessage>(Collection<TItem, TMessage> collection)
        {
            var changed = collection.ChangedAfter(version, seq);
            return sight.IsEverything ? changed : changed.Where(item => collection.IsSeen(sight, version.Index, item));
        }
    }

    /// <summary>True when a message says nothing but that time passed.</summary>
    public static bool IsEmpty(V1.CityChanges changes) =>
        !changes.Snapshot && changes.Zones.Count + changes.Segments.Count + changes.Sensors.Count
        + changes.Alerts.Count + changes.Guards.Count + changes.Cascades.Count + changes.Assets.Count + changes.Conduits.Count == 0;

    private static V1.CityChanges Begin(CityVersion version) => new()
    {
        ResumeToken = VersionToken.Of(version).ToString(),
        AsOfTime = Times.Of(version.AsOf),
        CityHash = version.Index.City.Hash.Value,
    };

    private static V1.ZoneChange ZoneOf(CityVersion version, int place)
    {
        var status = ZoneRules.StatusOf(version, place);
        var change = new V1.ZoneChange
        {
            Name = ResourceNames.Of(status.Id),
            WorstLevelPermille = status.WorstPermille,
            Health = (V1.Health)(status.Health + 1),
            PeopleAffected = status.PeopleAffected,
            OpenAlerts = status.Tally.OpenAlerts,
            SensorsExpected = status.Tally.Expected,
            SensorsReporting = status.Tally.Reporting,
        };
        foreach (var service in status.Services)
        {
            change.Levels[service.Service.Value] = service.LevelPermille;
        }

        return change;
    }

    private static V1.SegmentChange SegmentOf(CityVersion version, int place)
    {
        var view = version.Segments[place];
        return new()
        {
            Name = ResourceNames.Of(version.Index.City.Segments[place].Id),
            LevelPermille = view.LevelPermille,
            CeilingPermille = view.CeilingPermille,
            Disagrees = view.Facts?.Disagreement is not null,
        };
    }

    private static V1.SensorChange SensorOf(CityVersion version, int place)
    {
        var view = version.Sensors[place];
        var change = new V1.SensorChange
        {
            Name = ResourceNames.Of(version.Index.City.Sensors[place].Id),
            Quality = (V1.SensorQuality)(view.Condition + 1),
            ObserveTime = Times.Of(view.Status?.ObservedAt),
            Word = view.Status?.Value?.Word ?? "",
        };
        if (view.Status?.Value?.Number is { } number)
        {
            change.Value = number;
        }

        return change;
    }

    private static V1.AssetChange AssetOf(CityVersion version, int place) => new()
    {
        Name = ResourceNames.Of(version.Index.City.Security.Assets[place].Id),
        Posture = (V1.AssetPosture)(version.Assets[place].Status.Posture + 1),
    };

    private static V1.ConduitChange ConduitOf(CityVersion version, int place) => new()
    {
        Name = ResourceNames.Of(version.Index.City.Security.Conduits[place].Id),
        Isolated = version.Conduits[place].Status.Isolated is not null,
    };

    private static V1.GuardChange GuardOf(CityVersion version, int place)
    {
        var status = version.Guards[place].Status;
        var guard = version.Index.City.Guards[place];
        return new()
        {
            Name = ResourceNames.Of(guard.Id),
            Duty = (V1.GuardDuty)(status.Duty + 1),
            Position = SensorMessages.PositionOf(status.Position),
        };
    }
}
