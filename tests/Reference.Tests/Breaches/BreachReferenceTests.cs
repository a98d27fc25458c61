using System.Collections.Immutable;
using System.Text.Json;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Core.Breaches.Model;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.Reference.Tests.Breaches;

/// <summary>The exact companions of breaches against numbers that somebody else published or computed.</summary>
public sealed class BreachReferenceTests
{
    private const string Absent = "(no reference cases)";

    /// <summary>Half a unit of the digits that are computed to, and what doubles add.</summary>
    private const double SixDigits = 0.5e-6 + 1e-12;

    private static readonly ImmutableSortedDictionary<string, JsonElement> PathCases = Read("easi*.json");
    private static readonly ImmutableSortedDictionary<string, JsonElement> GraphCases = Read("attackgraph*.json");

    public static TheoryData<string> Paths => [.. PathCases.Keys.DefaultIfEmpty(Absent)];

    public static TheoryData<string> Graphs => [.. GraphCases.Keys.DefaultIfEmpty(Absent)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Easi_gives_the_published_interruption_and_critical_detection_point(string id)
    {
        var item = Find(PathCases, id);
        var response = new EasiResponse(Number(item, "pc"), Number(item, "rft_mean"), Number(item, "rft_sd"));
        EasiTask[] tasks = [.. item.GetProperty("tasks").EnumerateArray().Select(task => EasiTask.Of(
            task.GetProperty("name").GetString()!, Number(task, "mean"), Number(task, "sd"), Number(task, "pd"), Point(task.GetProperty("loc").GetString()!)))];
        var interruptions = new Dictionary<string, double>
        {
            ["alarm"] = Easi.Interruption(tasks, response, CommunicationDraw.PerAlarm),
            ["garcia"] = Easi.Interruption(tasks, response, CommunicationDraw.PerAttack),
        };
        foreach (var computed in item.TryGetProperty("computed", out var both) ? both.EnumerateObject() : [])
        {
            Assert.Equal(computed.Value.GetDouble(), interruptions[computed.Name], SixDigits);
        }

        if (item.TryGetProperty("reproduces", out var reproduces) && reproduces.GetBoolean())
        {
            var half = 0.5 * Math.Pow(10, -item.GetProperty("published_digits").GetInt32());
            Assert.Equal(Number(item, "published_pi"), interruptions[item.GetProperty("variant").GetString()!], half + 1e-12);
        }

        var critical = Easi.CriticalDetectionPoint(tasks, response)?.Task + 1;
        foreach (var name in new[] { "cdp_mean_times", "published_cdp" })
        {
            if (item.TryGetProperty(name, out var expected))
            {
                Assert.Equal(expected.ValueKind == JsonValueKind.Null ? null : expected.GetInt32(), critical);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Attack_graph_has_the_reference_times_and_chances(string id)
    {
        var item = Find(GraphCases, id);
        var steps = item.GetProperty("steps").EnumerateArray().ToArray();
        var indices = steps.Select((step, index) => (Id: step.GetProperty("id").GetString()!, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var graph = new StepGraph(
            [.. steps.Select(step => new GraphStep(
                step.GetProperty("id").GetString()!,
                step.GetProperty("type").GetString() switch { "or" => StepLogic.Any, "and" => StepLogic.All, var other => throw new NotSupportedException(other) },
                [.. Names(step, "parents").Select(parent => indices[parent])],
                step.TryGetProperty("exists", out var exists) ? exists.GetDouble() : 1,
                step.TryGetProperty("duration", out var duration) ? duration.GetDouble() : 0))],
            [.. Names(item, "start").Select(start => indices[start])]);
        var isTimes = item.GetProperty("kind").GetString() switch
        {
            "earliest-times" => true,
            "reach-probability" => false,
            var other => throw new NotSupportedException(other),
        };
        var found = isTimes ? EarliestTimes.Of(graph) : [.. ReachProbability.Of(graph).Select(chance => (double?)chance)];
        foreach (var expected in item.GetProperty("expected").EnumerateObject())
        {
            var ours = found[indices[expected.Name]];
            if (isTimes || expected.Value.ValueKind == JsonValueKind.Null)
            {
                Assert.Equal((expected.Name, expected.Value.ValueKind == JsonValueKind.Null ? null : expected.Value.GetDouble()), (expected.Name, ours));
            }
            else
            {
                Assert.Equal(expected.Value.GetDouble(), ours!.Value, Rounding(expected.Value));
            }
        }
    }

    /// <summary>Every case of every such file of the reference's <c>breach</c> folder, by file and id; none where it is absent.</summary>
    private static ImmutableSortedDictionary<string, JsonElement> Read(string pattern)
    {
        var folder = Path.Combine(Repository.Reference, "breach");
        return !Directory.Exists(folder)
            ? ImmutableSortedDictionary<string, JsonElement>.Empty
            : Directory.EnumerateFiles(folder, pattern).SelectMany(file =>
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file));
                var root = document.RootElement.Clone();
                var cases = root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("cases");
                return cases.EnumerateArray().Select(item => KeyValuePair.Create($"{Path.GetFileName(file)} {item.GetProperty("id").GetString()}", item)).ToArray();
            }).ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    private static JsonElement Find(ImmutableSortedDictionary<string, JsonElement> cases, string id)
    {
        Assert.SkipWhen(id == Absent, $"There are no such cases in {Repository.Reference}/breach.");
        return cases[id];
    }

    /// <summary>
    /// What both sides may differ by: the order in which products are added up, and half a unit of the last decimal where there
    /// are so many (9 or more) that the number may have been rounded.
    /// </summary>
    private static double Rounding(JsonElement number)
    {
        var decimals = number.GetRawText().Split('.') is [_, var printed] && printed.All(char.IsAsciiDigit) ? printed.Length : 0;
        return 1e-12 + (decimals >= 9 ? 0.5 * Math.Pow(10, -decimals) : 0);
    }

    private static IEnumerable<string> Names(JsonElement json, string property) =>
        json.GetProperty(property).EnumerateArray().Select(name => name.GetString()!);

    private static double Number(JsonElement json, string property) => json.GetProperty(property).GetDouble();

    private static DetectionPoint Point(string letter) => letter switch
    {
        "B" => DetectionPoint.Beginning,
        "M" => DetectionPoint.Middle,
        "E" => DetectionPoint.End,
        _ => throw new NotSupportedException(letter),
    };
}
