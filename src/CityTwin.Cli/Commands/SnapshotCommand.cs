using System.CommandLine;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;
using CityTwin.Import.Scenarios;
using CityTwin.Protocol.V1;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin snapshot</c>: the state of a running city, as a starting point for <c>citytwin simulate --from</c>.</summary>
internal static class SnapshotCommand
{
    private const string SegmentPrefix = "segments/";

    public static Command Create()
    {
        var server = RunningCity.Option();
        var file = new Option<string?>("--out") { Description = "Write the snapshot to a file.", HelpName = "FILE" };
        var command = new Command("snapshot", "Reads out the state of a running city, to start simulations from. Nothing live is touched.") { server, file };
        command.SetAction(async (result, cancellation) =>
        {
            var start = await RunningCity.Ask(result, server, async client => StartOf(
                await client.City.GetSnapshotAsync(new(), cancellationToken: cancellation)));
            using var stream = new MemoryStream();
            SnapshotWriter.Write(stream, start);
            stream.WriteByte((byte)'\n');
            SimulateCommand.Deliver(result, stream.ToArray(), result.GetValue(file));
            return ExitCode.Ok;
        });
        return command;
    }

    private static SimulationStart StartOf(CitySnapshot snapshot) =>
        new(new(snapshot.CityHash), snapshot.At, [.. snapshot.Segments.Select(Start)]);

    private static SegmentStart Start(Protocol.V1.SegmentSnapshot segment) => new(
        new(segment.Name[SegmentPrefix.Length..]),
        segment.LevelPermille,
        segment.Operator is { } memory
            ? new OperatorState(memory.At, memory.BackupInputPermille, memory.Charge, [.. memory.Window.Select(step => new WindowStep(step.Since, (short)step.InputPermille))])
            : null,
        [.. segment.Causes.Select(cause => new Core.Cascades.Cause(cause.Cause_, cause.LevelPermille, cause.Principal, cause.Reason, cause.SinceTime.ToDateTimeOffset()))]);
}
