using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityTwin.Core.Breaches.Exact;
using CityTwin.Import;
using CityTwin.Import.Breaches;

namespace CityTwin.Cli.Commands.Breaches;

/// <summary><c>citytwin breach exact FILE [--json]</c>: what theory answers without a single run.</summary>
internal static class ExactCommand
{
    private const string Form = """
        Answers questions about breaches exactly, without runs. FILE is JSON: one case, or {"cases": [...]}. A case is one of

          a path     {"id": "fence", "pc": 0.95, "rft_mean": 300, "rft_sd": 90, "tasks":
                      [{"name": "door", "pd": 0.9, "loc": "B", "mean": 60, "sd": 18}]}
                     EASI: P_I, the chance that responders interrupt it, with communication drawn for each alarm and once for
                     the attack; the critical detection point, after which a detection comes too late, and its margin. pc is
                     the chance that an alarm gets through, rft the time until responders are there, pd the chance of a
                     detection at the beginning, middle or end (loc B, M, E) of a task; times in seconds.
          stages     {"id": "intrusion", "response_rate": 0.5, "stages": [{"rate": 1, "pd": 0.3}]}
                     P(success) where stages and response last exponentially and a stage is detected as it begins.
          a graph    {"id": "network", "start": ["entry"], "steps": [{"id": "entry", "type": "or", "parents": []},
                      {"id": "login", "type": "and", "parents": ["entry"], "exists": 0.5, "duration": 60}]}
                     the earliest time of each step and the chance that it is reached ("kind": "earliest-times" or
                     "reach-probability" asks for one of them). "or" needs one parent, "and" all; "exists" is the chance
                     that a step can be taken at all.

        All faults of a file are told at once; exit code 1.
        """;

    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A JSON file with one case, or many under \"cases\"." };
        var json = new Option<bool>("--json") { Description = "Write JSON, for programs." };
        var command = new Command("exact", Form) { file, json };
        command.SetAction(result => Run(result, result.GetRequiredValue(file), result.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult result, string path, bool asJson)
    {
        var read = ExactCaseReader.Read(Path.GetFileName(path), File.ReadAllBytes(path));
        foreach (var fault in read.Faults)
        {
            result.InvocationConfiguration.Error.WriteLine(FaultText.Line(fault));
        }

        if (read.Cases.IsEmpty)
        {
            var errors = read.Faults.Count(fault => fault.Severity == FaultSeverity.Error);
            throw new CommandFailedException($"{path} has {FaultText.Count(errors, "error")}; citytwin breach exact --help shows the form.");
        }

        try
        {
            if (asJson)
            {
                result.InvocationConfiguration.Output.WriteLine(
                    new JsonObject { ["cases"] = new JsonArray([.. read.Cases.Select(item => ExactAnswer.Json(item))]) }.ToJsonString(Layout));
            }
            else
            {
                ExactAnswer.Write(Terminal.For(result), read.Cases);
            }
        }
        catch (ReachLimitException exception)
        {
            throw new CommandFailedException(exception.Message);
        }

        return ExitCode.Ok;
    }
}
