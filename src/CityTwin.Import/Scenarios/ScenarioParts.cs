using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import.Format;
using CityTwin.Import.Reading;

namespace CityTwin.Import.Scenarios;

/// <summary>Reads what a what-if and a breach scenario have in common.</summary>
internal sealed class ScenarioParts(Fields fields, FaultList faults, City city)
{
    private const int LevelMax = 1000;
    private const long SeedMax = 1L << 53;
    private const double HorizonSecondsMax = (double)Scenario.HorizonTicksMax / SegmentRule.TicksPerSecond;

    public void CheckVersion(int known)
    {
        if (fields.Whole(Names.SchemaVersion, 1, int.MaxValue) is var version and > 0 && version != known)
        {
            fields.Error(FaultCode.UnsupportedVersion, Names.SchemaVersion, $"Version {version} is not known; this program reads version {known}.");
        }
    }

    /// <summary>How long a run lasts, in ticks; null after telling a fault.</summary>
    public long? Horizon(string name)
    {
        var horizon = Ticks(fields, name);
        if (horizon == 0)
        {
            fields.Error(FaultCode.OutOfRange, name, "The horizon must be longer than 0 s.");
        }

        return horizon;
    }

    public ulong Seed() => (ulong)fields.Whole(ScenarioFormat.Seed, 0, SeedMax, required: false);

    /// <summary>The definition it was written for, which must be this one.</summary>
    public CityHash? CityHash()
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

    /// <summary>An instant after 1970; null when absent.</summary>
    public DateTimeOffset? Instant(string name)
    {
        if (fields.Text(name, required: false) is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            && at > DateTimeOffset.UnixEpoch)
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        }

        fields.Error(FaultCode.WrongType, name, $"'{name}' must be an instant after 1970, such as 2026-01-05T06:00:00Z.");
        return null;
    }

    /// <summary>Its events and repairs, by time.</summary>
    /// <param name="segments">What they may happen to.</param>
    public ImmutableArray<ScenarioEvent> Events(long horizon, IReadOnlySet<string> segments)
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
                Add(new(after, Segment(item, ScenarioFormat.Target, segments), level, Cause(item)), item.Place);
            }
            else if (Started(item, segments) is { IsEmpty: false } started)
            {
                events.Add(new StartEvent(after, started));
            }
        }

        foreach (var item in fields.Each(ScenarioFormat.Repairs, ScenarioFormat.Repair))
        {
            Add(new(After(item, horizon), Segment(item, ScenarioFormat.Target, segments), LevelMax, Cause(item)), item.Place);
        }

        if (events.Count > Scenario.EventsMax)
        {
            fields.Error(FaultCode.LimitExceeded, ScenarioFormat.Events, $"A scenario has at most {Scenario.EventsMax} events and repairs.");
        }

        return [.. events.OrderBy(item => item.AfterTicks)
            .ThenBy(item => (item as CeilingEvent)?.Target.Value ?? "~", StringComparer.Ordinal)
            .ThenBy(item => (item as CeilingEvent)?.Cause, StringComparer.Ordinal)];
    }

    private static ImmutableArray<SegmentId> Started(Fields item, IReadOnlySet<string> segments)
    {
        foreach (var other in new[] { ScenarioFormat.Target, ScenarioFormat.Level, ScenarioFormat.Cause }.Where(item.Has))
        {
            item.Error(FaultCode.Contradiction, other, $"An event either starts segments or sets a ceiling; leave out '{other}' or 'start'.");
        }

        var started = item.Words(ScenarioFormat.Start);
        foreach (var segment in started.Where(segment => CityFormat.IsId(segment) && !segments.Contains(segment)))
        {
            item.Error(FaultCode.UnknownReference, ScenarioFormat.Start, $"There is no segment '{segment}' in this city.");
        }

        return [.. started.Select(segment => new SegmentId(segment))];
    }

    private static long After(Fields item, long horizon)
    {
        var after = Ticks(item, ScenarioFormat.At) ?? 0;
        if (after > horizon)
        {
            item.Error(FaultCode.OutOfRange, ScenarioFormat.At, "This lies behind the horizon and would never happen.");
        }

        return after;
    }

    /// <summary>A time since the run began.</summary>
    private static long? Ticks(Fields item, string name) =>
        item.Number(name, 0, HorizonSecondsMax, required: true) is { } seconds ? (long)Math.Round(seconds * SegmentRule.TicksPerSecond) : null;

    private static string Cause(Fields item) => item.Text(ScenarioFormat.Cause, required: false) ?? ScenarioFormat.DefaultCause;

    private static SegmentId Segment(Fields item, string name, IReadOnlySet<string> segments)
    {
        if (item.Id(name) is not { } id)
        {
            return new("");
        }

        if (!segments.Contains(id))
        {
            item.Error(FaultCode.UnknownReference, name, $"There is no segment '{id}' in this city.");
        }

        return new(id);
    }
}
