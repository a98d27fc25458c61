using System.CommandLine;
using System.Globalization;
using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach rank CITY SCENARIO</c>: which defence helps most, and which set is best within a budget.</summary>
internal static class RankCommand
{
    private const string Json = "json";
    private const string Csv = "csv";
    private const string Table = "table";

    public static Command Create()
    {
        var arguments = new BreachArguments();
        var format = new Option<string>("--format") { Description = "How to write the ranking.", DefaultValueFactory = _ => Table };
        format.AcceptOnlyFromAmong(Json, Table, Csv);
        var only = new Option<string[]>("--only") { Description = "Rank only this defence; may be given several times. By default the whole catalogue.", HelpName = "ID" };
        var budget = new Option<double?>("--budget") { Description = "Also look for the best set within this budget, in the model's currency." };
        var command = arguments.AddTo(new Command("rank",
            "Tries each defence of the catalogue against the same attacks under the same luck, and ranks them by what they change for what they cost."));
        command.Add(only);
        command.Add(budget);
        command.Add(format);
        command.SetAction((result, cancellation) =>
        {
            var (city, start, scenario) = arguments.Load(result);
            var ranking = new DefenceRanking([.. (result.GetValue(only) ?? []).Select(id => new DefenceId(id))], result.GetValue(budget));
            Check(city, scenario, ranking);
            var report = BreachArguments.WithProgress(result, scenario.Name, progress => Rank(
                city, start, scenario, ranking, arguments.Threads(result), progress, cancellation));
            SimulateCommand.Deliver(result, Written(report, result.GetRequiredValue(format)), arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static void Check(City city, BreachScenario scenario, DefenceRanking ranking)
    {
        if (ranking.Budget is { } budget && budget is not (>= 0 and <= DefenceRanking.BudgetMax))
        {
            throw new CommandFailedException(string.Create(CultureInfo.InvariantCulture, $"--budget must be 0 to {DefenceRanking.BudgetMax:N0}."));
        }

        BreachArguments.CheckDefences(city, "--only", ranking.Only);
        if (ranking.Candidates(city, scenario).IsEmpty)
        {
            throw new CommandFailedException("There is no defence to rank: all that were asked for are in place already.");
        }
    }

    private static RankReport Rank(
        City city, SimulationStart start, BreachScenario scenario, DefenceRanking ranking, int threads, Action<double> progress, CancellationToken cancellation)
    {
        var job = new RankJob(city, start, scenario, ranking.Candidates(city, scenario), cancellation);
        var all = PartRunner.Run(job, threads, done => progress(ranking.Budget is null ? done : done / 2), cancellation);
        return ranking.Report(
            job, all, small => PartRunner.Run(small, threads, _ => { }, cancellation),
            tried => progress(0.5 + (0.5 * Math.Min(1, tried / (double)BestSet.ExhaustiveMax))), cancellation);
    }

    private static byte[] Written(RankReport report, string format)
    {
        if (format == Json)
        {
            return RankReportText.Json(report);
        }

        using var writer = new StringWriter { NewLine = "\n" };
        if (format == Csv)
        {
            RankReportText.WriteCsv(writer, report);
        }
        else
        {
            RankReportText.WriteTable(writer, report);
        }

        return Encoding.UTF8.GetBytes(writer.ToString());
    }
}
