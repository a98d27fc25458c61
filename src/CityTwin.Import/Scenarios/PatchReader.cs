using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads what is built in a city: by a scenario before it begins, or by a defence. Whether it fits is asked later.</summary>
internal static class PatchReader
{
    private const int LevelMax = 1000;
    private const long BackupSecondsMax = 1_000_000;

    public static BackupPatch Backup(Fields item) => new(
        Id(item, ScenarioFormat.Target),
        new Backup(
            (int)item.Whole(Names.CoverPermille, 0, LevelMax),
            item.Whole(Names.EnduranceSeconds, 1, BackupSecondsMax, fallback: 1) * SegmentRule.TicksPerSecond,
            item.OptionalWhole(Names.RechargeSeconds, 1, BackupSecondsMax) * SegmentRule.TicksPerSecond));

    public static FeedPatch Feed(Fields item) => new(Id(item, ScenarioFormat.Target), Id(item, ScenarioFormat.From));

    public static LinkPatch Link(Fields item)
    {
        var ends = item.Words(Names.Ends);
        if (ends.Length == 2)
        {
            return new(Id(item, Names.Id), new(ends[0]), new(ends[1]));
        }

        item.Error(FaultCode.WrongType, Names.Ends, "'ends' must name the two nodes that the link joins.");
        return new(Id(item, Names.Id), default, default);
    }

    private static SegmentId Id(Fields item, string name) => new(item.Id(name) ?? "");
}
