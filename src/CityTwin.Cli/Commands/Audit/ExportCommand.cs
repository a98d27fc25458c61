using System.CommandLine;
using CityTwin.Protocol.V1;
using Grpc.Core;

namespace CityTwin.Cli.Commands.Audit;

/// <summary><c>citytwin audit export --out FILE</c>: the audit log of a running city as a file that needs no server to be checked.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var server = RunningCity.Option();
        var file = new Option<string>("--out") { Description = "Write the log to this file, a line for each entry.", HelpName = "FILE", Required = true };
        var command = new Command("export", "Reads out the audit log of a running city, to be kept and to be checked with 'citytwin audit verify'.") { server, file };
        command.SetAction(async (result, cancellation) =>
        {
            var path = result.GetRequiredValue(file);
            var entries = await RunningCity.Ask(result, server, async client =>
            {
                using var export = client.Audit.ExportAuditLog(new(), cancellationToken: cancellation);
                return await Write(export.ResponseStream, path, cancellation);
            });
            result.InvocationConfiguration.Output.WriteLine($"{FaultText.Count(entries, "line")} written to {path}, the head among them.");
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Into place only when it is whole: half a log would look like one that was cut off.</summary>
    private static async Task<int> Write(IAsyncStreamReader<ExportAuditLogResponse> export, string path, CancellationToken cancellation)
    {
        var unfinished = path + ".part";
        var lines = 0;
        await using (var writer = new StreamWriter(unfinished))
        {
            await foreach (var answer in export.ReadAllAsync(cancellation))
            {
                foreach (var line in answer.Lines)
                {
                    await writer.WriteLineAsync(line.AsMemory(), cancellation);
                    lines++;
                }
            }
        }

        File.Move(unfinished, path, overwrite: true);
        return lines;
    }
}
