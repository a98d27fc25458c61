using CityTwin.Api.History;
using CityTwin.Core.Alerts;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Cascades;
using CityTwin.Core.Guarding;
using CityTwin.Core.Sensing;
using CityTwin.Core.Zones;
using CityTwin.Grains.Storing;
using CityTwin.Grains.Viewing;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Changes as the contract says them.</summary>
internal static class ChangeMessages
{
    public static V1.Change Of(KeptChange kept, PublishedRows rows)
    {
        var (kind, _, prefix) = KindOf(kept);
        var change = new V1.Change { ChangeTime = Times.Of(kept.Row.At), Kind = kind, Name = prefix + kept.Row.Key };
        if (kept.Level is { } level)
        {
            (change.LevelPermille, change.LevelBeforePermille) = (level.AfterPermille, level.BeforePermille);
            return change;
        }

        switch (rows.Read(kept.Row).Record)
        {
            case SegmentFacts facts:
                Fill(change, facts);
                break;
            case SensorStatus status:
                Fill(change, status);
                break;
            case ZoneFacts facts:
                Fill(change, facts);
                break;
            case GuardStatus status:
                (change.Duty, change.Position) = ((V1.GuardDuty)(status.Duty + 1), SensorMessages.PositionOf(status.Position));
                break;
            case AssetStatus status:
                change.AssetPosture = (V1.AssetPosture)(status.Posture + 1);
                break;
            case ConduitStatus status:
                change.Isolated = status.Isolated is not null;
                break;
            case AlertStatus status:
                (change.AlertState, change.Severity, change.Text) = ((V1.AlertState)(status.Phase + 1), (V1.AlertSeverity)(status.Severity + 1), status.Text);
                break;
            default:
                change.Removed = true;
                break;
        }

        return change;
    }

    public static V1.ChangeSpan Of(ChangeSpan span, PublishedRows rows)
    {
        var message = new V1.ChangeSpan { StartTime = Times.Of(span.Start), Count = span.Count, Last = Of(span.Last, rows) };
        if (span.WorstPermille is { } worst)
        {
            message.WorstLevelPermille = worst;
        }

        return message;
    }

    public static string NameOf(KeptChange kept) => KindOf(kept).Prefix + kept.Row.Key;

    private static (V1.ChangeKind Kind, string Stored, string Prefix) KindOf(KeptChange kept) => ChangeList.Kinds.First(kind => kind.Stored == kept.Row.Kind);

    private static void Fill(V1.Change change, SegmentFacts facts)
    {
        (change.CeilingPermille, change.Disagrees) = (facts.CeilingPermille, facts.Disagreement is not null);
        change.Causes.AddRange(facts.Causes.Select(ZoneMessages.CauseOf));
        if (facts.ObservedPermille is { } observed)
        {
            change.ObservedPermille = observed;
        }
    }

    private static void Fill(V1.Change change, SensorStatus status)
    {
        (change.Quality, change.Word) = ((V1.SensorQuality)(status.Condition + 1), status.Value?.Word ?? "");
        change.EventCount = (int)Math.Min(int.MaxValue, status.EventCount);
        if (status.Value?.Number is { } number)
        {
            change.Value = number;
        }
    }

    private static void Fill(V1.Change change, ZoneFacts facts)
    {
        (change.Posture, change.PlannedWorkUntil) = ((V1.SecurityPosture)(facts.Posture + 1), Times.Of(facts.PlannedWorkUntil));
        if (facts.PeopleCounted is { } people)
        {
            change.PeopleCounted = people;
        }
    }
}
