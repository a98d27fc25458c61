using System.Globalization;
using System.Text;
using CityTwin.Api.Simulations;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Api.Tests;

/// <summary>Scenarios of one word: <c>fail pump 3600</c> takes a segment down for so many seconds; the real format is read elsewhere.</summary>
internal static class Scenarios
{
    public static ScenarioReading Read(ReadOnlyMemory<byte> document, City city) =>
        Encoding.UTF8.GetString(document.Span).Split(' ') is ["fail", var segment, var seconds]
            ? new(Of(segment, long.Parse(seconds, CultureInfo.InvariantCulture) * 1000), [])
            : new(null, [new("$.events[0].target", "UNKNOWN_REFERENCE", "There is no such segment.")]);

    public static Scenario Of(string segment, long horizonTicks) => new(
        "fail", null, null, horizonTicks, [new CeilingEvent(0, new(segment), 0, "scenario")], CityPatch.None, 0);
}
