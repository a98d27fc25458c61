using System.CommandLine;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Simulation;
using CityTwin.Import.Scenarios;
using CityTwin.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin snapshot</c>: the state of a running city, as a starting point for <c>citytwin simulate --from</c>.</summary>
internal static class SnapshotCommand
{
    private const string SegmentPrefix = "segments/";

    public static Command Create()
    {
        var server = new Option<string>("--server")
        {
            Description = "Where the city answers over gRPC.",
            DefaultValueFactory = _ => "http://127.0.0.1:5081",
            HelpName = "URL",
        };
        var file = new Option<string?>("--out") { Description = "Write the snapshot to a file.", HelpName = "FILE" };
        var command = new Command("snapshot", "Reads out the state of a running city, to start simulations from. Nothing live is touched.") { server, file };
        command.SetAction(async (result, cancellation) =>
        {
            var start = await Read(result.GetRequiredValue(server), cancellation);
            using var stream = new MemoryStream();
            SnapshotWriter.Write(stream, start);
            stream.WriteByte((byte)'\n');
            SimulateCommand.Deliver(result, stream.ToArray(), result.GetValue(file));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<SimulationStart> Read(string server, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandFailedException($"'{server}' is not the address of a server; it looks like http://127.0.0.1:5081.");
        }

        try
        {
            using var channel = GrpcChannel.ForAddress(address, new() { MaxReceiveMessageSize = null });
            var snapshot = await new CityService.CityServiceClient(channel).GetSnapshotAsync(
                new(), cancellationToken: cancellation);
            return new(new(snapshot.CityHash), snapshot.At, [.. snapshot.Segments.Select(Start)]);
        }
        catch (RpcException failure)
        {
            throw new CommandFailedException($"{server} does not answer ({failure.Status.Detail}); is a silo running there?");
        }
    }

    private static SegmentStart Start(Protocol.V1.SegmentSnapshot segment) => new(
        new(segment.Name[SegmentPrefix.Length..]),
        segment.LevelPermille,
        segment.Operator is { } memory
            ? new OperatorState(memory.At, memory.BackupInputPermille, memory.Charge, [.. memory.Window.Select(step => new WindowStep(step.Since, (short)step.InputPermille))])
            : null,
        [.. segment.Causes.Select(cause => new Core.Cascades.Cause(cause.Cause_, cause.LevelPermille, cause.Principal, cause.Reason, cause.SinceTime.ToDateTimeOffset()))]);
}
