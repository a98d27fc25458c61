using System.Text.Json;
using CityTwin.Core.Breaches.Exact;
using Xunit;

namespace CityTwin.Reference.Tests.Breaches;

/// <summary>The exact companions of breaches against numbers that somebody else published or computed.</summary>
public sealed class BreachReferenceTests
{
    /// <summary>Half a unit of the digits that are computed to, and what doubles add.</summary>
    private const double SixDigits = 0.5e-6 + 1e-12;

    [Theory]
    [MemberData(nameof(BreachCases.Paths), MemberType = typeof(BreachCases))]
    public void Easi_gives_the_published_interruption_and_critical_detection_point(string id)
    {
        var item = BreachCases.Path(id);
        var (tasks, response) = (BreachCases.TasksOf(item), BreachCases.ResponseOf(item));
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
            Assert.Equal(BreachCases.Number(item, "published_pi"), interruptions[item.GetProperty("variant").GetString()!], half + 1e-12);
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
    [MemberData(nameof(BreachCases.Graphs), MemberType = typeof(BreachCases))]
    public void Attack_graph_has_the_reference_times_and_chances(string id)
    {
        var item = BreachCases.Graph(id);
        var (graph, indices) = BreachCases.GraphOf(item);
        var isTimes = BreachCases.IsTimes(item);
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

    /// <summary>
    /// What both sides may differ by: the order in which products are added up, and half a unit of the last decimal where there
    /// are so many (9 or more) that the number may have been rounded.
    /// </summary>
    private static double Rounding(JsonElement number)
    {
        var decimals = number.GetRawText().Split('.') is [_, var printed] && printed.All(char.IsAsciiDigit) ? printed.Length : 0;
        return 1e-12 + (decimals >= 9 ? 0.5 * Math.Pow(10, -decimals) : 0);
    }
}
