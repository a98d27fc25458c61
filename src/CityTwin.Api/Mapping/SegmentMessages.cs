using CityTwin.Api.Reading;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Views;
using CityTwin.Core.Zones;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Segments as the contract says them.</summary>
internal static class SegmentMessages
{
    public static V1.Segment Of(CityVersion version, int place) => Of(version, place, version.Segments[place]);

    /// <param name="view">What is believed of it: that of the version, or what its owner says now.</param>
    public static V1.Segment Of(CityVersion version, int place, SegmentView view)
    {
        var segment = version.Index.City.Segments[place];
        var message = new V1.Segment
        {
            Name = ResourceNames.Of(segment.Id),
            DisplayName = segment.Name,
            Kind = segment.Kind,
            Service = segment.Service.Value,
            Zone = segment.Zone is { } zone ? ResourceNames.Of(zone) : "",
            Network = segment.Rule.Membership?.Network.Value ?? "",
            LevelPermille = view.LevelPermille,
            Health = (V1.Health)(ZoneRules.HealthOf(view.LevelPermille, null) + 1),
            CeilingPermille = view.CeilingPermille,
            Causes = { (view.Facts?.Causes ?? version.CausesOf(place)).Select(ZoneMessages.CauseOf) },
            Backup = segment.Rule.Backup is { } backup ? BackupOf(segment.Rule, backup, view.Operator, version) : null,
            NormallyOpen = segment.NormallyOpen,
            Cascade = view.LevelBatch > 0 ? ResourceNames.OfCascade(view.LevelBatch) : "",
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
        };
        if (view.Facts is { } facts)
        {
            if (facts.CommandedPermille is { } commanded)
            {
                message.CommandedPermille = commanded;
            }

            if (facts.ObservedPermille is { } observed)
            {
                message.ObservedPermille = observed;
            }

            message.Disagreement = facts.Disagreement is { } disagreement ? DisagreementOf(disagreement) : null;
        }

        return message;
    }

    private static V1.Disagreement DisagreementOf(Disagreement disagreement)
    {
        var message = new V1.Disagreement
        {
            Sensor = ResourceNames.Of(disagreement.Sensor),
            ObservedPermille = disagreement.ObservedPermille,
            InferredPermille = disagreement.InferredPermille,
            SinceTime = Times.Of(disagreement.Since),
        };
        if (disagreement.OrderedPermille is { } ordered)
        {
            message.OrderedPermille = ordered;
        }

        return message;
    }

    private static V1.BackupStatus BackupOf(SegmentRule rule, Backup backup, OperatorState? state, CityVersion version)
    {
        // The charge is told as of the version's own instant, which is never before the last batch.
        var at = Math.Max(version.BatchAt, version.AsOf?.ToUnixTimeMilliseconds() ?? 0);
        var now = state ?? OperatorRules.New(rule, at)!;
        var charge = OperatorRules.ChargeAt(backup, now, Math.Max(at, now.At));
        var draining = now.BackupInputPermille < backup.CoverPermille && charge > 0;
        var empty = draining ? BackupRules.TicksUntilEmpty(backup, now.Charge, now.BackupInputPermille) : null;
        return new()
        {
            CoverPermille = backup.CoverPermille,
            ChargePermille = BackupRules.Full(backup) is > 0 and var full ? (int)((decimal)charge * 1000 / full) : 0,
            Draining = draining,
            EmptyTime = empty is { } ticks ? Times.OfTicks(now.At + ticks) : null,
            AsOfTime = Times.OfTicks(at),
            Endurance = Times.SpanOfTicks(backup.EnduranceTicks),
        };
    }
}
