using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads a scenario for a city, telling all its faults at once. No input makes it throw.</summary>
public static class ScenarioReader
{
    /// <param name="name">The file's name, for the faults.</param>
    public static ScenarioReadResult Read(string name, ReadOnlyMemory<byte> content, City city)
    {
        var faults = new FaultList();
        using var document = JsonFile.Parse(name, content, faults);
        var scenario = document is not null
            && Fields.Of(document.RootElement, Place.Root(name), ScenarioFormat.Scenario, faults) is { } fields
            ? new Reading(fields, faults, city).Scenario()
            : null;
        return new(faults.HasErrors ? null : scenario, faults.ToImmutable());
    }

    private sealed class Reading(Fields fields, FaultList faults, City city)
    {
        private const int LevelMax = 1000;
        private const double HorizonSecondsMax = (double)Core.Simulation.Scenario.HorizonTicksMax / SegmentRule.TicksPerSecond;

        private readonly HashSet<string> _segments = [.. city.Segments.Select(segment => segment.Id.Value)];

        public Scenario Scenario()
        {
            if (fields.Whole(Names.SchemaVersion, 1, int.MaxValue) is var version and > 0 and not Core.Simulation.Scenario.SchemaVersion)
            {
                fields.Error(FaultCode.UnsupportedVersion, Names.SchemaVersion, $"Version {version} is not known; this program reads version {Core.Simulation.Scenario.SchemaVersion}.");
            }

            var patch = fields.Json(ScenarioFormat.Patches) is { } patches
                && Fields.Of(patches, fields.PlaceOf(ScenarioFormat.Patches), ScenarioFormat.Patch, faults) is { } patchFields
                ? Patch(patchFields)
                : CityPatch.None;
            var horizon = Ticks(fields, ScenarioFormat.Horizon, HorizonSecondsMax);
            if (horizon == 0)
            {
                fields.Error(FaultCode.OutOfRange, ScenarioFormat.Horizon, "The horizon must be longer than 0 s.");
            }

            var events = Events(horizon ?? Core.Simulation.Scenario.HorizonTicksMax);
            var scenario = new Scenario(
                fields.Text(Names.Name) ?? "",
                CityHash(),
                Instant(fields, ScenarioFormat.StartsAt),
                horizon ?? 0,
                events,
                patch,
                (ulong)fields.Whole(ScenarioFormat.Seed, 0, 1L << 53, required: false));
            fields.Close();
            return scenario;
        }

        private CityHash? CityHash()
        {
            if (fields.Text(ScenarioFormat.City, required: false) is not { } hash)
            {
                return null;
            }

            if (hash != city.Hash.Value)
            {
                fields.Error(FaultCode.WrongCity, ScenarioFormat.City, $"The scenario was written for the definition {hash}, and this city is {city.Hash}; check it against this city and put its hash here, or leave 'city' out.");
            }

            return new(hash);
        }

        private ImmutableArray<ScenarioEvent> Events(long horizon)
        {
            var events = new List<ScenarioEvent>();
            var places = new Dictionary<(long At, string Target, string Cause), Place>();
            void Add(CeilingEvent ceiling, Place place)
            {
                if (!places.TryAdd((ceiling.AfterTicks, ceiling.Target.Value, ceiling.Cause), place))
                {
                    faults.Error(FaultCode.Contradiction, place, $"The cause '{ceiling.Cause}' of '{ceiling.Target}' is set twice in one instant; keep one of them.");
                }

                events.Add(ceiling);
            }

            foreach (var item in fields.Each(ScenarioFormat.Events, ScenarioFormat.Event))
            {
                var after = After(item, horizon);
                if (!item.Has(ScenarioFormat.Start))
                {
                    var level = (int)item.Whole(ScenarioFormat.Level, 0, LevelMax);
                    Add(new(after, Segment(item, ScenarioFormat.Target), level, Cause(item)), item.Place);
                }
                else if (Started(item) is { IsEmpty: false } started)
                {
                    events.Add(new StartEvent(after, started));
                }
            }

            foreach (var item in fields.Each(ScenarioFormat.Repairs, ScenarioFormat.Repair))
            {
                Add(new(After(item, horizon), Segment(item, ScenarioFormat.Target), LevelMax, Cause(item)), item.Place);
            }

            if (events.Count > Core.Simulation.Scenario.EventsMax)
            {
                fields.Error(FaultCode.LimitExceeded, ScenarioFormat.Events, $"A scenario has at most {Core.Simulation.Scenario.EventsMax} events and repairs.");
            }

            return [.. events.OrderBy(item => item.AfterTicks)
                .ThenBy(item => (item as CeilingEvent)?.Target.Value ?? "~", StringComparer.Ordinal)
                .ThenBy(item => (item as CeilingEvent)?.Cause, StringComparer.Ordinal)];
        }

        private ImmutableArray<SegmentId> Started(Fields item)
        {
            foreach (var other in new[] { ScenarioFormat.Target, ScenarioFormat.Level, ScenarioFormat.Cause }.Where(item.Has))
            {
                item.Error(FaultCode.Contradiction, other, $"An event either starts segments or sets a ceiling; leave out '{other}' or 'start'.");
            }

            var started = item.Words(ScenarioFormat.Start);
            foreach (var segment in started.Where(segment => CityFormat.IsId(segment) && !_segments.Contains(segment)))
            {
                item.Error(FaultCode.UnknownReference, ScenarioFormat.Start, $"There is no segment '{segment}' in this city.");
            }

            return [.. started.Select(segment => new SegmentId(segment))];
        }

        private CityPatch Patch(Fields patches)
        {
            var backups = patches.Each(ScenarioFormat.Backups, ScenarioFormat.BackupPatch).Select(PatchReader.Backup).ToImmutableArray();
            var feeds = patches.Each(ScenarioFormat.Feeds, ScenarioFormat.FeedPatch).Select(PatchReader.Feed).ToImmutableArray();
            var links = patches.Each(ScenarioFormat.Links, ScenarioFormat.LinkPatch).Select(PatchReader.Link).ToImmutableArray();
            patches.Close();
            var patch = new CityPatch(backups, feeds, links);
            _segments.UnionWith(links.Select(link => link.Id.Value));
            if (!faults.HasErrors)
            {
                foreach (var fault in PatchRules.Faults(city, patch))
                {
                    faults.Error(FaultCode.BadPatch, patches.PlaceOf(fault.List).Element(fault.Index), fault.Message);
                }
            }

            return patch;
        }

        private static long After(Fields item, long horizon)
        {
            var after = Ticks(item, ScenarioFormat.At, HorizonSecondsMax) ?? 0;
            if (after > horizon)
            {
                item.Error(FaultCode.OutOfRange, ScenarioFormat.At, "This lies behind the horizon and would never happen.");
            }

            return after;
        }

        private static long? Ticks(Fields item, string name, double secondsMax) =>
            item.Number(name, 0, secondsMax, required: true) is { } seconds ? (long)Math.Round(seconds * SegmentRule.TicksPerSecond) : null;

        private static string Cause(Fields item) => item.Text(ScenarioFormat.Cause, required: false) ?? ScenarioFormat.DefaultCause;

        private SegmentId Segment(Fields item, string name)
        {
            if (item.Id(name) is not { } id)
            {
                return new("");
            }

            if (!_segments.Contains(id))
            {
                item.Error(FaultCode.UnknownReference, name, $"There is no segment '{id}' in this city.");
            }

            return new(id);
        }

        private static DateTimeOffset? Instant(Fields item, string name)
        {
            if (item.Text(name, required: false) is not { } text)
            {
                return null;
            }

            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
                && at > DateTimeOffset.UnixEpoch)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
            }

            item.Error(FaultCode.WrongType, name, $"'{name}' must be an instant after 1970, such as 2026-01-05T06:00:00Z.");
            return null;
        }
    }
}

/// <summary>A scenario, or why there is none; warnings may come with it.</summary>
public sealed record ScenarioReadResult(Scenario? Scenario, ImmutableArray<Fault> Faults);
