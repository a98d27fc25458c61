using System.Text;
using CityTwin.Api.Errors;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Breaches;

/// <summary>Reads what a request wants tried. All that is wrong is told at once, before anything runs.</summary>
internal static class BreachRequest
{
    private const int ScenarioBytesMax = 1024 * 1024;
    private const double HalfWidthEnd = 0.5;

    /// <returns>The scenario as it is to be run, and the document it was read from.</returns>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with every violation.</exception>
    public static (BreachScenario Scenario, string Json) Read(V1.CreateBreachRequest request, City city, BreachScenarios scenarios)
    {
        var violations = new Violations();
        var document = DocumentOf(request, scenarios, violations);
        CheckChanges(request, city, violations);
        var reading = document is null ? null : scenarios.Read(document, city);
        var place = request.ReadyScenario.Length > 0 ? "ready_scenario" : "scenario_json";
        foreach (var fault in reading?.Faults ?? [])
        {
            violations.Add($"{place}{fault.Place.TrimStart('$')}", fault.Message, fault.Code);
        }

        violations.Throw(reading is { Scenario: null } ? ErrorReason.InvalidScenario : ErrorReason.InvalidFields);
        return (Changed(reading!.Scenario!, request), Encoding.UTF8.GetString(document!));
    }

    private static byte[]? DocumentOf(V1.CreateBreachRequest request, BreachScenarios scenarios, Violations violations)
    {
        var (json, ready) = (request.ScenarioJson, request.ReadyScenario);
        if (json.Length > 0 == ready.Length > 0)
        {
            violations.Add("scenario_json", "Either scenario_json or ready_scenario is required, and not both.", "REQUIRED");
        }
        else if (ready.Length > 0)
        {
            if (scenarios.ReadyNames.Contains(ready))
            {
                return scenarios.Ready(ready);
            }

            violations.Add("ready_scenario", $"No scenario of that name ships; there are {string.Join(", ", scenarios.ReadyNames)}.", "UNKNOWN_REFERENCE");
        }
        else if (Encoding.UTF8.GetByteCount(json) > ScenarioBytesMax)
        {
            violations.Add("scenario_json", $"scenario_json has at most {ScenarioBytesMax} bytes.", "OUT_OF_RANGE");
        }
        else
        {
            return Encoding.UTF8.GetBytes(json);
        }

        return null;
    }

    private static void CheckChanges(V1.CreateBreachRequest request, City city, Violations violations)
    {
        if (request.HasRuns)
        {
            violations.Range("runs", request.Runs, 1, BreachScenario.RunsMax);
        }

        if (request.HasInputDraws && request.InputDraws != 0)
        {
            violations.Range("input_draws", request.InputDraws, 2, BreachScenario.InputDrawsMax);
        }

        if (request.HalfWidth is not (>= 0 and < HalfWidthEnd))
        {
            violations.Add("half_width", $"half_width is 0 or more and less than {HalfWidthEnd}.", "OUT_OF_RANGE");
        }

        var known = city.Security.Defences.Select(defence => defence.Id.Value).ToHashSet(StringComparer.Ordinal);
        for (var place = 0; place < request.Defences.Count; place++)
        {
            if (!known.Contains(request.Defences[place]))
            {
                violations.Add(
                    FormattableString.Invariant($"defences[{place}]"), $"The city's catalogue has no defence '{request.Defences[place]}'.", "UNKNOWN_REFERENCE");
            }
        }
    }

    private static BreachScenario Changed(BreachScenario scenario, V1.CreateBreachRequest request) => scenario with
    {
        Runs = request.HasRuns ? request.Runs : scenario.Runs,
        Seed = request.HasSeed ? request.Seed : scenario.Seed,
        InputDraws = request.HasInputDraws ? request.InputDraws : scenario.InputDraws,
        Defences = [.. scenario.Defences.Concat(request.Defences.Select(id => new DefenceId(id))).Distinct().Order()],
    };
}
