using System.CommandLine;
using System.Text;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Import;
using CityTwin.Import.Scenarios;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin simulate CITY SCENARIO</c>: what a scenario does to a city, beside the same run without its events.</summary>
internal static class SimulateCommand
{
    private const string Json = "json";
    private const string Csv = "csv";
    private const string Table = "table";

    public static Command Create()
    {
        var city = CityArgument.Create();
        var scenario = new Argument<string>("SCENARIO") { Description = "The scenario: a JSON file." };
        var compare = new Option<string?>("--compare") { Description = "A second scenario to run beside the first.", HelpName = "SCENARIO2" };
        var from = new Option<string?>("--from") { Description = "Start from this state (citytwin snapshot) instead of a new city.", HelpName = "SNAPSHOT" };
        var format = new Option<string>("--format") { Description = "How to write the report.", DefaultValueFactory = _ => Table };
        format.AcceptOnlyFromAmong(Json, Table, Csv);
        var file = new Option<string?>("--out") { Description = "Write the report to a file.", HelpName = "FILE" };
        var command = new Command("simulate",
            "Runs a scenario on a copy of a city and tells levels, people-hours lost, the first critical failure and why.")
        {
            city, scenario, compare, from, format, file,
        };
        command.SetAction((result, cancellation) =>
        {
            var report = Run(
                result,
                CityArgument.Load(result, city),
                [result.GetRequiredValue(scenario), .. result.GetValue(compare) is { } second ? new[] { second } : []],
                result.GetValue(from),
                result.GetRequiredValue(format),
                cancellation);
            Deliver(result, report, result.GetValue(file));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    /// <summary>Writes bytes to a file, or to the verb's output.</summary>
    internal static void Deliver(ParseResult result, byte[] report, string? file)
    {
        if (file is not null)
        {
            File.WriteAllBytes(file, report);
            result.InvocationConfiguration.Output.WriteLine($"Written to {file}.");
        }
        else
        {
            result.InvocationConfiguration.Output.Write(Encoding.UTF8.GetString(report));
        }
    }

    private static byte[] Run(
        ParseResult result, City city, string[] paths, string? from, string format, CancellationToken cancellation)
    {
        var snapshot = from is null ? null : Snapshot(result, from, city);
        var reports = paths.Select(path => Scenario(result, path, city)).ToArray().Select(scenario => Simulate(
            city, snapshot ?? SimulationStart.New(city, scenario.StartsAt ?? SimulationStart.DefaultAt), scenario, cancellation)).ToArray();
        using var stream = new MemoryStream();
        if (format == Json)
        {
            WriteJson(stream, reports);
            stream.WriteByte((byte)'\n');
            return stream.ToArray();
        }

        using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true))
        {
            WriteText(writer, reports, format == Csv);
        }

        return stream.ToArray();
    }

    private static SimulationReport Simulate(City city, SimulationStart start, Scenario scenario, CancellationToken cancellation)
    {
        try
        {
            return Simulator.Run(city, start, scenario, cancellation: cancellation);
        }
        catch (KernelLimitException exception)
        {
            throw new CommandFailedException($"{scenario.Name}: {exception.Message}");
        }
    }

    private static void WriteJson(Stream stream, SimulationReport[] reports)
    {
        if (reports is [var first, var second])
        {
            ReportJson.Write(stream, ScenarioComparison.Of(first, second));
        }
        else
        {
            ReportJson.Write(stream, reports[0]);
        }
    }

    private static void WriteText(StreamWriter writer, SimulationReport[] reports, bool asCsv)
    {
        switch (reports, asCsv)
        {
            case ([var first, var second], true):
                ReportText.WriteCsv(writer, ScenarioComparison.Of(first, second));
                break;
            case ([var first, var second], false):
                ReportText.WriteTable(writer, ScenarioComparison.Of(first, second));
                break;
            case ([var only], true):
                ReportText.WriteCsv(writer, only);
                break;
            default:
                ReportText.WriteTable(writer, reports[0]);
                break;
        }
    }

    private static Scenario Scenario(ParseResult result, string path, City city)
    {
        var read = ScenarioReader.Read(Path.GetFileName(path), ReadFile(path), city);
        return read.Scenario ?? throw Faulty(result, path, read.Faults);
    }

    internal static SimulationStart Snapshot(ParseResult result, string path, City city)
    {
        var read = SnapshotReader.Read(Path.GetFileName(path), ReadFile(path), city);
        return read.Start ?? throw Faulty(result, path, read.Faults);
    }

    internal static byte[] ReadFile(string path) =>
        File.Exists(path) && new FileInfo(path).Length > CityLimits.FileBytesMax
            ? throw new CommandFailedException($"{path} is larger than {CityLimits.FileBytesMax} bytes.")
            : File.ReadAllBytes(path);

    internal static CommandFailedException Faulty(ParseResult result, string path, IReadOnlyList<Fault> faults)
    {
        foreach (var fault in faults)
        {
            result.InvocationConfiguration.Error.WriteLine(FaultText.Line(fault));
        }

        return new($"{path} has {FaultText.Count(faults.Count, "fault")}; mend it first.");
    }
}
