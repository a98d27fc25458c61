using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CityTwin.Core.Cascades;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, telling all faults at once. No input makes it throw.</summary>
public static class SnapshotReader
{
    /// <param name="name">The file's name, for the faults.</param>
    public static SnapshotReadResult Read(string name, ReadOnlyMemory<byte> content, City city)
    {
        var faults = new FaultList();
        using var document = JsonFile.Parse(name, content, faults);
        var start = document is not null
            && Fields.Of(document.RootElement, Place.Root(name), ScenarioFormat.Snapshot, faults) is { } fields
            ? new Reading(faults, city).Start(fields)
            : null;
        return new(faults.HasErrors ? null : start, faults.ToImmutable());
    }

    private sealed class Reading(FaultList faults, City city)
    {
        private const int LevelMax = 1000;
        private const long InstantMax = 253_402_300_799_000; // the end of the year 9999, and exact in a double

        private readonly Dictionary<string, SegmentRule> _rules = city.Segments.ToDictionary(segment => segment.Id.Value, segment => segment.Rule);

        public SimulationStart Start(Fields fields)
        {
            if (fields.Whole(Names.SchemaVersion, 1, int.MaxValue) is var version and > 0 and not SnapshotWriter.SchemaVersion)
            {
                fields.Error(FaultCode.UnsupportedVersion, Names.SchemaVersion, $"Version {version} is not known; this program reads version {SnapshotWriter.SchemaVersion}.");
            }

            if (fields.Text(ScenarioFormat.City) is { } hash && hash != city.Hash.Value)
            {
                fields.Error(FaultCode.WrongCity, ScenarioFormat.City, $"The snapshot is of the definition {hash}, and this city is {city.Hash}.");
            }

            var at = fields.Whole(ScenarioFormat.At, 0, InstantMax);
            var segments = fields.Each(ScenarioFormat.Segments, ScenarioFormat.Segment).Select(item => Segment(item, at)).ToImmutableArray();
            foreach (var twice in segments.GroupBy(segment => segment.Id).Where(group => group.Skip(1).Any()))
            {
                fields.Error(FaultCode.DuplicateId, ScenarioFormat.Segments, $"The segment '{twice.Key}' stands here twice; keep one of them.");
            }

            fields.Close();
            return new(city.Hash, at, [.. segments.OrderBy(segment => segment.Id)]);
        }

        private SegmentStart Segment(Fields item, long at)
        {
            var id = item.Id(Names.Id);
            item.Feature = id;
            if (id is not null && !_rules.ContainsKey(id))
            {
                item.Error(FaultCode.UnknownReference, Names.Id, $"There is no segment '{id}' in this city.");
            }

            var rule = _rules.GetValueOrDefault(id ?? "", new());
            return new(
                new(id ?? ""),
                (int)item.Whole(ScenarioFormat.Level, 0, LevelMax),
                item.Json(ScenarioFormat.Operator) is { } memory && OperatorRules.Remembers(rule)
                    && Fields.Of(memory, item.PlaceOf(ScenarioFormat.Operator), ScenarioFormat.Memory, faults, id) is { } fields
                    ? Memory(fields, rule, at)
                    : null,
                [.. item.Each(ScenarioFormat.Causes, ScenarioFormat.SegmentCause).Select(Cause).OrderBy(cause => cause.Name, StringComparer.Ordinal)]);
        }

        private static OperatorState Memory(Fields fields, SegmentRule rule, long at)
        {
            var full = rule.Backup is { } backup ? BackupRules.Full(backup) : 0;
            if (!long.TryParse(fields.Text(ScenarioFormat.Charge) ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var charge) || charge > full)
            {
                fields.Error(FaultCode.OutOfRange, ScenarioFormat.Charge, $"'{ScenarioFormat.Charge}' must be digits, at most {full} for this backup.");
            }

            var window = fields.Each(ScenarioFormat.Window, ScenarioFormat.Step)
                .Select(step => new WindowStep(step.Whole(ScenarioFormat.Since, 0, at), (short)step.Whole(ScenarioFormat.Input, 0, LevelMax))).ToImmutableArray();
            if (window.Zip(window.Skip(1)).Any(pair => pair.First.Since >= pair.Second.Since || pair.First.InputPermille >= pair.Second.InputPermille))
            {
                fields.Error(FaultCode.NotIncreasing, ScenarioFormat.Window, "The steps of a window strictly rise in time and input.");
            }

            var state = new OperatorState(
                fields.Whole(ScenarioFormat.At, 0, at), (int)fields.Whole(ScenarioFormat.BackupInput, 0, LevelMax), charge, window);
            fields.Close();
            return state;
        }

        private static Cause Cause(Fields item) => new(
            item.Text(Names.Name) ?? "",
            (int)item.Whole(ScenarioFormat.Level, 0, LevelMax),
            item.Text(ScenarioFormat.By) ?? "",
            item.Has(ScenarioFormat.Reason) && item.Json(ScenarioFormat.Reason) is { ValueKind: JsonValueKind.String } text ? JsonFile.Text(text) ?? "" : "",
            DateTimeOffset.FromUnixTimeMilliseconds(item.Whole(ScenarioFormat.Since, 0, InstantMax)));
    }
}

/// <summary>A starting point, or why there is none.</summary>
public sealed record SnapshotReadResult(SimulationStart? Start, ImmutableArray<Fault> Faults);
