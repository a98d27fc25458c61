using System.CommandLine;
using System.Globalization;
using CityTwin.Core.Model;
using CityTwin.Import;
using CityTwin.Protocol.V1;
using Google.Protobuf;
using Spectre.Console;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin apply CITY</c>: puts a changed definition into force in a running city, after telling what that changes.</summary>
internal static class ApplyCommand
{
    private const int MovesShownMax = 20;

    public static Command Create()
    {
        var city = CityArgument.Create();
        var server = RunningCity.Option();
        var by = new Option<string>("--by") { Description = "Who orders it.", DefaultValueFactory = _ => Environment.UserName, HelpName = "NAME" };
        var reason = new Option<string?>("--reason") { Description = "Why; needed unless --dry-run.", HelpName = "TEXT" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what would change." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask before it is done." };
        var command = new Command("apply",
            "Puts a changed definition into force in a running city: tells what differs and which levels move, asks, then does all of it or nothing. Ids that stay keep their state.")
        {
            city, server, by, reason, dryRun, yes,
        };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(dryRun) && string.IsNullOrWhiteSpace(result.GetValue(reason)))
            {
                result.AddError("Say why with --reason, or look first with --dry-run.");
            }
        });
        command.SetAction(async (result, cancellation) =>
        {
            var definition = CityArgument.Load(result, city);
            var request = new ApplyDefinitionRequest
            {
                Bundle = ByteString.CopyFrom(CityWriter.Write(definition).ToBundle()),
                Principal = result.GetRequiredValue(by),
                Reason = result.GetValue(reason) ?? "",
                ValidateOnly = true,
            };
            return await RunningCity.Ask(result, server, async client =>
            {
                var preview = await client.Definitions.ApplyDefinitionAsync(request, cancellationToken: cancellation);
                Tell(result, preview);
                if (preview.BeforeHash == preview.CityHash || result.GetValue(dryRun))
                {
                    return ExitCode.Ok;
                }

                if (!result.GetValue(yes) && !Confirmed(result))
                {
                    throw new CommandFailedException("nothing was changed; add --yes to apply it without being asked.");
                }

                (request.ValidateOnly, request.ExpectedHash) = (false, preview.BeforeHash);
                var applied = await client.Definitions.ApplyDefinitionAsync(request, cancellationToken: cancellation);
                // Without a batch when the answer to a first try was lost, and a second one found it done.
                var since = applied.Cascade.Length > 0 ? $" since {applied.Cascade}" : "";
                result.InvocationConfiguration.Output.WriteLine($"In force{since}: {applied.CityHash[..12]}.");
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static void Tell(ParseResult result, ApplyDefinitionResponse preview)
    {
        var output = result.InvocationConfiguration.Output;
        foreach (var warning in preview.Warnings)
        {
            result.InvocationConfiguration.Error.WriteLine($"warning {warning}");
        }

        if (preview.BeforeHash == preview.CityHash)
        {
            output.WriteLine("This definition is in force already.");
            return;
        }

        DifferenceTable.Write(result, preview.Differences.Select(difference => (
            difference.Kind.ToString().ToLowerInvariant(), difference.Thing, difference.Id, difference.Properties.AsEnumerable())));
        if (preview.DifferenceCount > preview.Differences.Count)
        {
            output.WriteLine($"... and {preview.DifferenceCount - preview.Differences.Count} more ('citytwin diff' tells all).");
        }

        output.WriteLine($"{FaultText.Count(preview.LevelMoveCount, "level")} will move.");
        foreach (var move in preview.LevelMoves.Take(MovesShownMax))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {move.Name}: {move.BeforePermille} -> {move.AfterPermille} per mille"));
        }

        if (preview.LevelMoveCount > MovesShownMax)
        {
            output.WriteLine($"  ... and {preview.LevelMoveCount - MovesShownMax} more.");
        }
    }

    private static bool Confirmed(ParseResult result) =>
        !Console.IsInputRedirected && Terminal.For(result).Confirm("Put it into force?", defaultValue: false);
}
