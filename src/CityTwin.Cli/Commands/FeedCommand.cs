using System.CommandLine;
using System.Text.Json;
using CityTwin.Core.Model;
using CityTwin.Feed;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin feed</c>: plays the sensors of a city over MQTT.</summary>
internal static class FeedCommand
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var city = CityArgument.Create();
        var host = new Option<string>("--host") { Description = "The broker.", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "Its port.", DefaultValueFactory = _ => 1883 };
        var prefix = new Option<string>("--prefix") { Description = "First levels of the topics.", DefaultValueFactory = _ => "citytwin/v1" };
        var user = new Option<string?>("--user") { Description = "User name; the password is read from the environment variable CITYTWIN_MQTT_PASSWORD." };
        var seed = new Option<ulong>("--seed") { Description = "Chooses noise and incidents.", DefaultValueFactory = _ => 1 };
        var load = new Option<bool>("--load") { Description = "As much as the broker acknowledges, numbered, instead of a believable day." };
        var connections = new Option<int>("--connections") { Description = "Connections to the broker.", DefaultValueFactory = _ => 4 };
        var window = new Option<int>("--window") { Description = "With --load: unacknowledged messages of one connection.", DefaultValueFactory = _ => 64 };
        var report = new Option<string?>("--report") { Description = "With --load: a JSON file of the highest acknowledged sequence per sensor, written each second." };

        var command = new Command("feed", "Plays a city's sensors over MQTT until it is stopped.") { city, host, port, prefix, user, seed, load, connections, window, report };
        command.SetAction(async (result, cancellation) =>
        {
            var output = result.InvocationConfiguration.Output;
            var options = new FeedOptions
            {
                Host = result.GetValue(host)!,
                Port = result.GetValue(port),
                Prefix = result.GetValue(prefix)!,
                User = result.GetValue(user),
                Password = Environment.GetEnvironmentVariable("CITYTWIN_MQTT_PASSWORD"),
                Seed = result.GetValue(seed),
                Connections = result.GetValue(connections),
                Window = result.GetValue(window),
                Say = line => output.WriteLine(line),
            };
            if (options.Faults() is { Count: > 0 } faults)
            {
                throw new CommandFailedException(string.Join(' ', faults));
            }

            var definition = CityArgument.Load(result, city);
            output.WriteLine($"{definition.Name}: {definition.Sensors.Length} sensors publish at {options.Host}:{options.Port}.");
            await (result.GetValue(load)
                ? Load(definition, options, result.GetValue(report), output, cancellation)
                : Sample(definition, options, cancellation));
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task Sample(City city, FeedOptions options, CancellationToken cancellation)
    {
        using var feed = new SampleFeed(city, options, TimeProvider.System);
        await feed.Run(cancellation);
    }

    private static async Task Load(City city, FeedOptions options, string? report, TextWriter output, CancellationToken cancellation)
    {
        var feed = new LoadFeed(city, options, TimeProvider.System);
        var running = feed.Run(cancellation);
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(ReportEvery, cancellation));
            Report(feed, report);
        }

        await running;
        output.WriteLine($"{feed.AcknowledgedCount} messages acknowledged.");
    }

    /// <summary>Written aside and moved over, so that a reader never sees half a report.</summary>
    private static void Report(LoadFeed feed, string? report)
    {
        if (report is null)
        {
            return;
        }

        var acknowledged = feed.Acknowledged.OrderBy(entry => entry.Key).ToDictionary(entry => entry.Key.Value, entry => entry.Value);
        File.WriteAllText(report + ".new", JsonSerializer.Serialize(new { boot = feed.Boot, acknowledged }));
        File.Move(report + ".new", report, overwrite: true);
    }
}
