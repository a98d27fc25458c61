using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CityTwin.Core.Model;
using CityTwin.Import;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin validate CITY [--json]</c>: every fault of a city at once.</summary>
internal static class ValidateCommand
{
    private static readonly JsonSerializerOptions JsonLayout = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var city = CityArgument.Create();
        var json = new Option<bool>("--json") { Description = "Write the faults as JSON, for programs." };
        var command = new Command("validate",
            "Checks a city and tells all its faults at once: errors first, then warnings. Exit code 1 when there is an error.")
        {
            city,
            json,
        };
        command.SetAction(result => Run(result, result.GetRequiredValue(city), result.GetValue(json)));
        return command;
    }

    private static int Run(ParseResult result, string path, bool asJson)
    {
        var read = CityReader.Open(path);
        var output = result.InvocationConfiguration.Output;
        if (asJson)
        {
            output.WriteLine(Json(read).ToJsonString(JsonLayout));
        }
        else
        {
            foreach (var fault in read.Faults)
            {
                output.WriteLine(FaultText.Line(fault));
            }

            output.WriteLine(Summary(path, read));
        }

        return read.City is null ? ExitCode.Faults : ExitCode.Ok;
    }

    private static string Summary(string path, CityReadResult read)
    {
        var errors = read.Faults.Count(fault => fault.Severity == FaultSeverity.Error);
        var found = $"{FaultText.Count(errors, "error")}, {FaultText.Count(read.Faults.Length - errors, "warning")}";
        return read.City is { } city ? $"{path}: valid, {found}; {Contents(city)}; {city.Hash}" : $"{path}: not valid, {found}";
    }

    private static string Contents(City city) => string.Join(", ",
        FaultText.Count(city.Zones.Length, "zone"), FaultText.Count(city.Networks.Length, "network"),
        FaultText.Count(city.Segments.Length, "segment"), FaultText.Count(city.Sensors.Length, "sensor"),
        FaultText.Count(city.Guards.Length, "guard"), FaultText.Count(city.Security.Steps.Length, "attack step"));

    private static JsonObject Json(CityReadResult read) => new()
    {
        ["valid"] = read.City is not null,
        ["hash"] = read.City?.Hash.Value,
        ["faults"] = new JsonArray([.. read.Faults.Select(fault => new JsonObject
        {
            ["severity"] = fault.Severity == FaultSeverity.Error ? "error" : "warning",
            ["code"] = fault.Code,
            ["file"] = fault.File,
            ["feature"] = fault.FeatureId,
            ["place"] = fault.Place,
            ["message"] = fault.Message,
        })]),
    };
}
