using System.CommandLine;
using System.Net;
using CityTwin.Grains.Definitions;
using CityTwin.Grains.Storing;

namespace CityTwin.Silo;

/// <summary>The silo's command line.</summary>
internal static class SiloCommand
{
    private const int Refused = 1;
    private const int Usage = 2;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var data = new Option<string>("--data")
        {
            Description = "Folder for the city's state; made where it is missing.",
            DefaultValueFactory = _ => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "citytwin"),
        };
        var city = new Option<string?>("--city") { Description = "Folder (or bundle) of the city to run. Without it: the city already kept in --data, or the sample city." };
        var http = Port("--http-port", "Console, REST, /metrics and /healthz.", 5080);
        var grpc = Port("--grpc-port", "gRPC.", 5081);
        var mqtt = Port("--mqtt-port", "The embedded MQTT broker.", 1883);
        var noFeed = new Option<bool>("--no-feed") { Description = "Do not publish synthetic readings for a sample city." };
        var listen = new Option<IPAddress>("--listen")
        {
            Description = "Address of all three ports. Beyond 127.0.0.1 only with credentials: CITYTWIN_KEYS_FILE or CITYTWIN_JWT_AUTHORITY.",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = result =>
            {
                if (!IPAddress.TryParse(result.Tokens[0].Value, out var address))
                {
                    result.AddError($"--listen is an address such as 0.0.0.0, not '{result.Tokens[0].Value}'.");
                }

                return address!;
            },
            HelpName = "ADDRESS",
        };
        var root = new RootCommand("Runs a CityTwin silo: the live city, its MQTT broker, its API and its console.")
        {
            data, city, http, grpc, mqtt, noFeed, listen,
        };
        root.SetAction(async (result, cancellation) => await RunAsync(
            new(result.GetValue(data)!, result.GetValue(city), result.GetValue(http), result.GetValue(grpc), result.GetValue(mqtt), !result.GetValue(noFeed), result.GetValue(listen)!),
            cancellation));
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var fault in parsed.Errors)
            {
                await System.Console.Error.WriteLineAsync($"citytwin-silo: {fault.Message}");
            }

            await System.Console.Error.WriteLineAsync("Try '--help'.");
            return Usage;
        }

        return await parsed.InvokeAsync();
    }

    private static async Task<int> RunAsync(SiloSettings settings, CancellationToken cancellation)
    {
        try
        {
            await SiloHost.RunAsync(settings, cancellation);
            return 0;
        }
        catch (Exception refused) when (refused is StartRefusedException or StorageUnusableException or DefinitionMissingException)
        {
            await System.Console.Error.WriteLineAsync($"citytwin-silo: {refused.Message}");
            return Refused;
        }
    }

    private static Option<int> Port(string name, string description, int standard)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() is < 1 or > 65535)
            {
                result.AddError($"{name} is 1 to 65535.");
            }
        });
        return option;
    }
}
