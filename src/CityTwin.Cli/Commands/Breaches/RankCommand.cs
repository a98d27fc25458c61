using System.Collections.Immutable;
using System.CommandLine;
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

    /// <summary>How many runs each set of defences is tried with when a budget is given.</summary>
    private const int RunsOfSetMax = 500;

    private const double BudgetMax = 1e12;

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
            var sets = Candidates(city, scenario, result.GetValue(only) ?? []);
            if (result.GetValue(budget) is { } money && money is not (>= 0 and <= BudgetMax))
            {
                throw new CommandFailedException($"--budget must be 0 to {BudgetMax:0}.");
            }

            var report = BreachArguments.WithProgress(result, scenario.Name, progress => Rank(
                city, start, scenario, sets, result.GetValue(budget), arguments.Threads(result), progress, cancellation));
            SimulateCommand.Deliver(result, Written(report, result.GetRequiredValue(format)), arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static ImmutableArray<ImmutableArray<DefenceId>> Candidates(City city, BreachScenario scenario, string[] only)
    {
        var catalogue = city.Security.Defences.Select(defence => defence.Id).ToHashSet();
        if (only.Where(id => !catalogue.Contains(new(id))).ToArray() is { Length: > 0 } unknown)
        {
            throw new CommandFailedException($"--only: the city's catalogue has no {string.Join(", ", unknown.Select(id => $"'{id}'"))}.");
        }

        var candidates = (only.Length > 0 ? only.Select(id => new DefenceId(id)) : catalogue)
            .Except(scenario.Defences).Distinct().Order().Select(id => ImmutableArray.Create(id)).ToImmutableArray();
        return candidates.IsEmpty ? throw new CommandFailedException("The city's catalogue has no defence that is not in place already.") : candidates;
    }

    private static RankReport Rank(
        City city, SimulationStart start, BreachScenario scenario, ImmutableArray<ImmutableArray<DefenceId>> sets,
        double? budget, int threads, Action<double> progress, CancellationToken cancellation)
    {
        var job = new RankJob(city, start, scenario, sets, cancellation);
        var all = PartRunner.Run(job, threads, done => progress(budget is null ? done : done / 2), cancellation);
        var ranked = RankReport.Of(job, all, BreachReport.DefaultConfidence, null);
        return budget is { } money ? ranked with { Best = Best(city, start, scenario, ranked, money, threads, done => progress(0.5 + (done / 2)), cancellation) } : ranked;
    }

    /// <summary>Only defences that changed something by themselves are combined: all others change no run.</summary>
    private static BestSetReport Best(
        City city, SimulationStart start, BreachScenario scenario, RankReport ranked, double budget, int threads,
        Action<double> progress, CancellationToken cancellation)
    {
        var useful = ranked.Sets.Where(set => set.IsDistinguishable).OrderBy(set => set.Defences[0]).ToImmutableArray();
        var shorter = scenario with { Runs = Math.Min(scenario.Runs, RunsOfSetMax), InputDraws = 0 };
        var tried = 0;
        var answer = BestSet.Find([.. useful.Select(set => set.Cost)], budget, items =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress(Math.Min(1, tried++ / (double)BestSet.ExhaustiveMax));
            if (items.IsEmpty)
            {
                return 0;
            }

            var job = new RankJob(city, start, shorter, [[.. items.Select(item => useful[item].Defences[0])]], cancellation);
            return -RankReport.Of(job, PartRunner.Run(job, threads, _ => { }, cancellation), BreachReport.DefaultConfidence, null).Sets[0].PersonHours.Mean;
        });
        return new(
            budget, [.. answer.Items.Select(item => useful[item].Defences[0])], answer.Cost, answer.Value, shorter.Runs, answer.Tried,
            answer.IsHeuristic, answer.IsCutShort);
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
