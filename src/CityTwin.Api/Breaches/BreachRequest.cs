using System.Globalization;
using System.Text;
using CityTwin.Api.Errors;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using Google.Protobuf.Collections;
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
        var scenario = Changed(reading!.Scenario!, request);
        if (RankingOf(request)?.Candidates(city, scenario).IsEmpty == true)
        {
            violations.Add("ranking", "There is no defence to rank: all that were asked for are in place already.", "CONTRADICTION");
            violations.Throw();
        }

        return (scenario, Encoding.UTF8.GetString(document!));
    }

    public static DefenceRanking? RankingOf(V1.CreateBreachRequest request) => request.Ranking is not { } ranking ? null : new(
        [.. ranking.Only.Select(id => new DefenceId(id))], ranking.HasBudget ? ranking.Budget : null);

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

        CheckDefences("defences", request.Defences, city, violations);
        if (request.Ranking is { } ranking)
        {
            CheckRanking(ranking, request, city, violations);
        }
    }

    private static void CheckRanking(V1.DefenceRanking ranking, V1.CreateBreachRequest request, City city, Violations violations)
    {
        CheckDefences("ranking.only", ranking.Only, city, violations);
        if (ranking.HasBudget && ranking.Budget is not (>= 0 and <= DefenceRanking.BudgetMax))
        {
            violations.Add("ranking.budget", string.Create(CultureInfo.InvariantCulture, $"budget is between 0 and {DefenceRanking.BudgetMax:N0}."), "OUT_OF_RANGE");
        }

        if (request.HalfWidth > 0)
        {
            violations.Add("half_width", "A ranking makes all its runs: leave half_width out.", "CONTRADICTION");
        }
    }

    private static void CheckDefences(string field, RepeatedField<string> ids, City city, Violations violations)
    {
        var known = city.Security.Defences.Select(defence => defence.Id.Value).ToHashSet(StringComparer.Ordinal);
        for (var place = 0; place < ids.Count; place++)
        {
            if (!known.Contains(ids[place]))
            {
                violations.Add(FormattableString.Invariant($"{field}[{place}]"), $"The city's catalogue has no defence '{ids[place]}'.", "UNKNOWN_REFERENCE");
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
