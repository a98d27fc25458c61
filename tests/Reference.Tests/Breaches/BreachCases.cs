using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Reference.Tests.Breaches;

/// <summary>The cases of breaches that somebody else published or computed, as the exact companions take them.</summary>
internal static class BreachCases
{
    private const string Absent = "(no reference cases)";

    private static readonly ImmutableSortedDictionary<string, JsonElement> PathCases = Read("easi*.json");
    private static readonly ImmutableSortedDictionary<string, JsonElement> GraphCases = Read("attackgraph*.json");

    /// <summary>Ids of the cases of EASI.</summary>
    public static TheoryData<string> Paths => [.. PathCases.Keys.DefaultIfEmpty(Absent)];

    /// <summary>Ids of the cases of attack graphs.</summary>
    public static TheoryData<string> Graphs => [.. GraphCases.Keys.DefaultIfEmpty(Absent)];

    public static JsonElement Path(string id) => Find(PathCases, id);

    public static JsonElement Graph(string id) => Find(GraphCases, id);

    public static EasiResponse ResponseOf(JsonElement item) => new(Number(item, "pc"), Number(item, "rft_mean"), Number(item, "rft_sd"));

    public static EasiTask[] TasksOf(JsonElement item) =>
    [
        .. item.GetProperty("tasks").EnumerateArray().Select(task => EasiTask.Of(
            task.GetProperty("name").GetString()!, Number(task, "mean"), Number(task, "sd"), Number(task, "pd"), Point(task.GetProperty("loc").GetString()!))),
    ];

    /// <summary>The graph of a case, and of each of its steps the index.</summary>
    public static (StepGraph Graph, Dictionary<string, int> Indices) GraphOf(JsonElement item)
    {
        var steps = item.GetProperty("steps").EnumerateArray().ToArray();
        var indices = steps.Select((step, index) => (Id: step.GetProperty("id").GetString()!, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        return (new(
            [.. steps.Select(step => new GraphStep(
                step.GetProperty("id").GetString()!,
                step.GetProperty("type").GetString() switch { "or" => StepLogic.Any, "and" => StepLogic.All, var other => throw new NotSupportedException(other) },
                [.. Names(step, "parents").Select(parent => indices[parent])],
                step.TryGetProperty("exists", out var exists) ? exists.GetDouble() : 1,
                step.TryGetProperty("duration", out var duration) ? duration.GetDouble() : 0))],
            [.. Names(item, "start").Select(start => indices[start])]), indices);
    }

    /// <summary>True: earliest times are expected; false: chances to be reached.</summary>
    public static bool IsTimes(JsonElement item) => item.GetProperty("kind").GetString() switch
    {
        "earliest-times" => true,
        "reach-probability" => false,
        var other => throw new NotSupportedException(other),
    };

    public static double Number(JsonElement json, string property) => json.GetProperty(property).GetDouble();

    /// <summary>Every case of every such file of the reference's <c>breach</c> folder, by file and id; none where it is absent.</summary>
    private static ImmutableSortedDictionary<string, JsonElement> Read(string pattern)
    {
        var folder = System.IO.Path.Combine(Repository.Reference, "breach");
        return !Directory.Exists(folder)
            ? ImmutableSortedDictionary<string, JsonElement>.Empty
            : Directory.EnumerateFiles(folder, pattern).SelectMany(file =>
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                var root = document.RootElement.Clone();
                var cases = root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("cases");
                return cases.EnumerateArray().Select(item => KeyValuePair.Create($"{System.IO.Path.GetFileName(file)} {item.GetProperty("id").GetString()}", item)).ToArray();
            }).ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static JsonElement Find(ImmutableSortedDictionary<string, JsonElement> cases, string id)
    {
        Assert.SkipWhen(id == Absent, $"There are no such cases in {Repository.Reference}/breach.");
        return cases[id];
    }

    private static IEnumerable<string> Names(JsonElement json, string property) =>
        json.GetProperty(property).EnumerateArray().Select(name => name.GetString()!);

    private static DetectionPoint Point(string letter) => letter switch
    {
        "B" => DetectionPoint.Beginning,
        "M" => DetectionPoint.Middle,
        "E" => DetectionPoint.End,
        _ => throw new NotSupportedException(letter),
    };
}
