using System.Globalization;
using System.Text.Json.Nodes;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Import.Breaches;
using Spectre.Console;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary>The answer to an exact case, for people and for programs.</summary>
internal static class ExactAnswer
{
    public static JsonObject Json(ExactCase item)
    {
        var json = new JsonObject { ["id"] = item.Id };
        switch (item)
        {
            case PathCase path:
                var critical = Easi.CriticalDetectionPoint(path.Tasks, path.Response);
                json["interruptionPerAlarm"] = Easi.Interruption(path.Tasks, path.Response, CommunicationDraw.PerAlarm);
                json["interruptionPerAttack"] = Easi.Interruption(path.Tasks, path.Response, CommunicationDraw.PerAttack);
                json["criticalDetectionPoint"] = critical?.Task + 1;
                json["criticalTask"] = critical is { } point ? path.Tasks[point.Task].Name : null;
                json["marginSeconds"] = critical?.MarginSeconds;
                break;
            case StageCase stages:
                json["success"] = StageFormula.Success(stages.Stages, stages.ResponseRate);
                break;
            case GraphCase graph:
                json["steps"] = new JsonArray([.. Steps(graph).Select(step => Json(graph, step))]);
                break;
        }

        return json;
    }

    public static void Write(IAnsiConsole console, IReadOnlyList<ExactCase> cases)
    {
        var paths = cases.OfType<PathCase>().ToList();
        if (paths.Count > 0)
        {
            var table = Table("path", "P_I (per alarm)", "P_I (per attack)", "critical detection point", "margin s");
            foreach (var path in paths)
            {
                var critical = Easi.CriticalDetectionPoint(path.Tasks, path.Response);
                Row(
                    table,
                    path.Id,
                    Chance(Easi.Interruption(path.Tasks, path.Response, CommunicationDraw.PerAlarm)),
                    Chance(Easi.Interruption(path.Tasks, path.Response, CommunicationDraw.PerAttack)),
                    critical is { } point ? string.Create(CultureInfo.InvariantCulture, $"task {point.Task + 1} {path.Tasks[point.Task].Name}") : "none: the response is too slow",
                    critical is { } margin ? Time(margin.MarginSeconds) : "-");
            }

            console.Write(table);
        }

        var stages = cases.OfType<StageCase>().ToList();
        if (stages.Count > 0)
        {
            var table = Table("stages", "P(success)");
            stages.ForEach(item => Row(table, item.Id, Chance(StageFormula.Success(item.Stages, item.ResponseRate))));
            console.Write(table);
        }

        var graphs = cases.OfType<GraphCase>().ToList();
        if (graphs.Count > 0)
        {
            var table = Table("graph", "step", "earliest time", "chance of being reached");
            foreach (var graph in graphs)
            {
                foreach (var (name, time, chance) in Steps(graph))
                {
                    Row(table, graph.Id, name, graph.AsksTimes ? time is { } at ? Time(at) : "never" : "", chance is { } reached ? Chance(reached) : "");
                }
            }

            console.Write(table);
        }
    }

    private static List<(string Name, double? Time, double? Chance)> Steps(GraphCase graph)
    {
        var times = EarliestTimes.Of(graph.Graph);
        var chances = graph.AsksChances ? ReachProbability.Of(graph.Graph) : [];
        return [.. graph.Graph.Steps.Select((step, index) => (step.Name, times[index], graph.AsksChances ? chances[index] : (double?)null))];
    }

    private static JsonObject Json(GraphCase graph, (string Name, double? Time, double? Chance) step)
    {
        var json = new JsonObject { ["id"] = step.Name };
        if (graph.AsksTimes)
        {
            json["earliestTime"] = step.Time;
        }

        if (graph.AsksChances)
        {
            json["reachProbability"] = step.Chance;
        }

        return json;
    }

    private static Table Table(params string[] columns) => new Table().Border(TableBorder.Simple).AddColumns(columns);

    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Chance(double chance) => chance.ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Time(double time) => time.ToString("0.###", CultureInfo.InvariantCulture);
}
