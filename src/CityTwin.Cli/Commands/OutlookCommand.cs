using System.CommandLine;
using System.Globalization;
using CityTwin.Client;
using CityTwin.Protocol.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin outlook</c>: what a compromise of the running city leads to next, and which single containment helps most.</summary>
internal static class OutlookCommand
{
    private const int ContainmentsShown = 8;
    private const string ProfilePrefix = "profiles/";
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    public static Command Create()
    {
        var server = RunningCity.Option();
        var profile = new Option<string?>("--profile") { Description = "Who goes on with the attack; without it the most skilled of the city's adversary profiles.", HelpName = "ID" };
        var watch = new Option<bool>("--watch") { Description = "Go on telling each new outlook, until it is stopped." };
        var json = new Option<bool>("--json") { Description = "Write JSON, one outlook a line." };
        var command = new Command("outlook",
            "Tells what follows from what is compromised in a running city: the next targets, how soon, what they would darken, and which single containment helps most.")
        {
            server, profile, watch, json,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var name = result.GetValue(profile) is { } id ? ProfilePrefix + id : "";
            await RunningCity.Ask(result, server, client => result.GetValue(watch)
                ? Watch(client, name, Tell, cancellation)
                : Once(client, name, Tell, cancellation));
            return ExitCode.Ok;

            void Tell(Outlook outlook)
            {
                var output = result.InvocationConfiguration.Output;
                if (result.GetValue(json))
                {
                    output.WriteLine(Formatter.Format(outlook));
                }
                else
                {
                    Write(output, outlook);
                }
            }
        });
        return command;
    }

    private static async Task<int> Once(CityTwinClient client, string profile, Action<Outlook> tell, CancellationToken cancellation)
    {
        tell(await client.Analysis.GetOutlookAsync(new() { Profile = profile }, cancellationToken: cancellation));
        return ExitCode.Ok;
    }

    private static async Task<int> Watch(CityTwinClient client, string profile, Action<Outlook> tell, CancellationToken cancellation)
    {
        using var watch = client.Analysis.WatchOutlook(new() { Profile = profile }, cancellationToken: cancellation);
        try
        {
            while (await watch.ResponseStream.MoveNext(cancellation))
            {
                if (watch.ResponseStream.Current.Outlook is { } outlook)
                {
                    tell(outlook);
                }
            }
        }
        catch (Exception stopped) when (cancellation.IsCancellationRequested && stopped is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // Whoever watches has seen enough: that is how a watch ends.
        }

        return ExitCode.Ok;
    }

    internal static void Write(TextWriter writer, Outlook outlook)
    {
        if (outlook.AsOfTime is null)
        {
            writer.WriteLine("The first outlook is still being computed; ask again in a moment.");
            return;
        }

        Line(writer, $"What next, as of {Time(outlook.AsOfTime)}, if {outlook.Profile} goes on for {Span(outlook.Horizon)}: the quickest there is, a bound and no forecast");
        if (outlook.Sources.Count == 0)
        {
            writer.WriteLine("Nothing is compromised, so nothing follows.");
            return;
        }

        foreach (var source in outlook.Sources)
        {
            Line(writer, $"  compromised: {source.Asset}, {source.Step} since {Time(source.SinceTime)}");
        }

        writer.WriteLine();
        Line(writer, $"{"Next target",-56}{"in",10}{"chance",9}{"people dark",13}{"people-hours",15}{"records",10}");
        foreach (var target in outlook.Targets)
        {
            Line(writer, $"{target.DisplayName,-56}{Span(target.TimeToReach),10}{target.Chance,9:P0}{Harm(target.Harm)}");
        }

        Line(writer, $"{"Nobody contains anything",-56}{"",10}{"",9}{Harm(outlook.Harm)}");
        writer.WriteLine();
        Line(writer, $"{"What is left with one containment, its own price included",-75}{"people dark",13}{"people-hours",15}{"records",10}");
        foreach (var containment in outlook.Containments.Take(ContainmentsShown))
        {
            Line(writer, $"{containment.Name,-75}{Harm(containment.Harm)}");
        }

        writer.WriteLine(outlook.Best is { } best ? $"Order this one, if only one: {best.Name}" : "None leaves less harm than doing nothing.");
        Line(writer, $"Given that somebody goes on. Version {outlook.Version}.");
    }

    private static string Harm(Harm? harm) => harm is null ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{harm.PeopleDarkened,13:N0}{harm.PeopleHours,15:N0}{harm.Records,10:N0}");

    private static string Time(Timestamp at) => at.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Span(Duration? duration) => duration?.ToTimeSpan() switch
    {
        null or { Ticks: <= 0 } => "now",
        { TotalMinutes: < 100 } time => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.0} min"),
        { TotalHours: var hours } => string.Create(CultureInfo.InvariantCulture, $"{hours:0.0} h"),
    };

    private static void Line(TextWriter writer, FormattableString text) => writer.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
