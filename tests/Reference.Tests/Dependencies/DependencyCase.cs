using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Testing;

namespace CityTwin.Reference.Tests.Dependencies;

/// <summary>One case of the dependency reference: a city, its events, and the levels that follow.</summary>
public sealed record DependencyCase(
    string Id,
    string About,
    ImmutableArray<(SegmentId Segment, SegmentRule Rule)> Rules,
    ImmutableArray<DependencyEvent> Events,
    long Horizon,
    ImmutableArray<(long At, ImmutableDictionary<SegmentId, int> Levels)> Changes)
{
    /// <summary>Every case in every JSON file of the reference's <c>dependencies</c> folder; none where it is absent.</summary>
    public static ImmutableArray<DependencyCase> All { get; } = ReadAll();

    private static ImmutableArray<DependencyCase> ReadAll()
    {
        var folder = Path.Combine(Repository.Reference, "dependencies");
        return !Directory.Exists(folder) ? [] : [.. Directory.EnumerateFiles(folder, "*.json").Order().SelectMany(file =>
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.EnumerateArray().Select(Read).ToArray();
        })];
    }

    private static DependencyCase Read(JsonElement json) => new(
        json.GetProperty("id").GetString()!,
        json.GetProperty("about").GetString()!,
        [.. json.GetProperty("segments").EnumerateArray().Select(segment => (Segment(segment.GetProperty("id")), Rule(segment)))],
        [.. json.GetProperty("events").EnumerateArray()
            .GroupBy(batch => batch.GetProperty("t").GetInt64())
            .OrderBy(group => group.Key)
            .Select(group => new DependencyEvent(
                group.Key,
                group.SelectMany(batch => Levels(batch, "ceilings")).ToImmutableDictionary(),
                [.. group.SelectMany(batch => batch.TryGetProperty("start", out var start) ? start.EnumerateArray().Select(Segment) : [])]))],
        json.GetProperty("horizon").GetInt64(),
        [.. json.GetProperty("levels").EnumerateArray().Select(tick =>
            (tick.GetProperty("t").GetInt64(), Levels(tick, "levels").ToImmutableDictionary()))]);

    private static IEnumerable<KeyValuePair<SegmentId, int>> Levels(JsonElement json, string property) =>
        json.TryGetProperty(property, out var levels)
            ? levels.EnumerateObject().Select(level => KeyValuePair.Create(new SegmentId(level.Name), level.Value.GetInt32()))
            : [];

    private static SegmentRule Rule(JsonElement json) => new(
        Optional(json, "supply", Term),
        Optional(json, "needs", Term),
        Optional(json, "backup", backup => new Backup(
            backup.GetProperty("cover").GetInt32(),
            backup.GetProperty("endurance").GetInt64(),
            backup.TryGetProperty("recharge", out var recharge) ? recharge.GetInt64() : null)),
        json.TryGetProperty("restart", out var restart) ? restart.GetProperty("lag").GetInt64() : null,
        Optional(json, "network", network => new NetworkMembership(
            new(network.GetString()!),
            json.TryGetProperty("ends", out var ends) ? new LinkEnds(Segment(ends[0]), Segment(ends[1])) : null,
            json.TryGetProperty("source", out var source) && source.GetBoolean())));

    private static T? Optional<T>(JsonElement json, string property, Func<JsonElement, T> read)
        where T : class => json.TryGetProperty(property, out var value) ? read(value) : null;

    private static SegmentId Segment(JsonElement json) => new(json.GetString()!);

    private static Expression Term(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return new Supplier(Segment(json));
        }

        var operation = json.EnumerateObject().Single();
        var value = operation.Value;
        return operation.Name switch
        {
            "const" => new Constant(value.GetInt32()),
            "min" => new Least(Terms(value)),
            "max" => new Greatest(Terms(value)),
            "kofn" => new KthLargest(value.GetProperty("k").GetInt32(), Terms(value.GetProperty("of"))),
            "pool" => new Pool(Weighted(value, "weight")),
            "leontief" => new Leontief(Weighted(value, "share")),
            "curve" => new Curve(
                Term(value.GetProperty("of")),
                [.. value.GetProperty("points").EnumerateArray().Select(point => new CurvePoint(point[0].GetInt32(), point[1].GetInt32()))]),
            _ => throw new NotSupportedException(operation.Name),
        };
    }

    private static ImmutableArray<Expression> Terms(JsonElement json) => [.. json.EnumerateArray().Select(Term)];

    private static ImmutableArray<Weighted> Weighted(JsonElement json, string weight) =>
        [.. json.EnumerateArray().Select(term => new Weighted(Term(term.GetProperty("of")), term.GetProperty(weight).GetInt32()))];
}

/// <summary>All events of one instant.</summary>
public sealed record DependencyEvent(long At, ImmutableDictionary<SegmentId, int> Ceilings, ImmutableArray<SegmentId> Starts);
