using System.CommandLine;
using System.Text;
using CityTwin.Core.Breaches.Answers;
using CityTwin.Core.Model;
using CityTwin.Core.Breaches.Reports;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach run CITY SCENARIO</c>: how likely an attack succeeds, what stops it, what it costs.</summary>
internal static class RunCommand
{
    private const string Json = "json";
    private const string Csv = "csv";
    private const string Table = "table";
    private const string Html = "html";

    public static Command Create()
    {
        var arguments = new BreachArguments();
        var format = new Option<string>("--format") { Description = "How to write the report; html is one page with plots for people who decide.", DefaultValueFactory = _ => Table };
        format.AcceptOnlyFromAmong(Json, Table, Csv, Html);
        var halfWidth = new Option<double>("--half-width")
        {
            Description = "Stop at the first planned look at which success and P_E are known to within so much, such as 0.01; 0 = make all runs.",
        };
        var command = arguments.AddTo(new Command("run",
            "Runs a breach scenario many times and tells success, interruption, losses, choke points and how sure all that is."));
        command.Add(format);
        command.Add(halfWidth);
        command.SetAction((result, cancellation) =>
        {
            if (result.GetValue(halfWidth) is not (>= 0 and < 0.5))
            {
                throw new CommandFailedException("--half-width must be 0 or more and less than 0.5.");
            }

            var (city, start, scenario) = arguments.Load(result);
            var rule = new StoppingRule(BreachReport.DefaultConfidence, result.GetValue(halfWidth), scenario.Runs);
            var report = BreachArguments.WithProgress(result, scenario.Name, progress =>
            {
                var job = new BreachJob(city, start, scenario, cancellation);
                return BreachReport.Of(job, PartRunner.Run(job, rule, arguments.Threads(result), progress, cancellation), rule);
            });
            var written = result.GetRequiredValue(format) == Html
                ? BreachReportHtml.Write(report, city, arguments.CommandAgain(result, "run", scenario, $"--half-width {result.GetValue(halfWidth):R} --format html --out report.html"))
                : Written(report, city, result.GetRequiredValue(format));
            SimulateCommand.Deliver(result, written, arguments.File(result));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static byte[] Written(BreachReport report, City city, string format)
    {
        if (format == Json)
        {
            return BreachReportJson.Write(report);
        }

        using var writer = new StringWriter { NewLine = "\n" };
        if (format == Csv)
        {
            BreachReportText.WriteCsv(writer, report);
        }
        else
        {
            BreachReportText.WriteTable(writer, report, city);
        }

        return Encoding.UTF8.GetBytes(writer.ToString());
    }
}
