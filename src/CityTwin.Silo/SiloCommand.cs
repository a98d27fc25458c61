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
        var cluster = new ClusterOptions();
        var migrate = new Option<bool>("--migrate") { Description = "Make or upgrade the schema on PostgreSQL, as its owner, and end. Several may do so at once." };
        var backup = new Option<string?>("--backup") { Description = "Copy the city into a new file, while silos may be running, and end. From --data, or from PostgreSQL.", HelpName = "FILE" };
        var restore = new Option<string?>("--restore") { Description = "Put the city of such a file into an empty --data, or as its owner into an empty database of PostgreSQL, and end.", HelpName = "FILE" };
        var root = new RootCommand("Runs a CityTwin silo: the live city, its MQTT broker, its API and its console.")
        {
            data, city, http, grpc, mqtt, noFeed, listen, cluster.SiloPort, cluster.Advertise, cluster.Id, migrate, backup, restore,
        };
        root.Validators.Add(result =>
        {
            if (new Option[] { migrate, backup, restore }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
            {
                result.AddError("--migrate, --backup and --restore are done one at a time.");
            }
        });
        root.SetAction(async (result, cancellation) => await Told(() =>
            result.GetValue(migrate) ? Task.Run(() => ClusterSettings.Migrate(Environment.GetEnvironmentVariable), cancellation)
            : result.GetValue(backup) is { } archive ? Archives.Backup(archive, result.GetValue(data)!, Environment.GetEnvironmentVariable, cancellation)
            : result.GetValue(restore) is { } kept ? Archives.Restore(kept, result.GetValue(data)!, Environment.GetEnvironmentVariable, cancellation)
            : SiloHost.RunAsync(
                new(
                    result.GetValue(data)!, result.GetValue(city), result.GetValue(http), result.GetValue(grpc), result.GetValue(mqtt), !result.GetValue(noFeed), result.GetValue(listen)!,
                    cluster.From(result, Environment.GetEnvironmentVariable)),
                cancellation)));
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

        // The host hears signals itself, and takes its time to hand over what it has: it would be cut off after two seconds.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> Told(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (Exception refused) when (refused is StartRefusedException or StorageUnusableException or DefinitionMissingException)
        {
            await System.Console.Error.WriteLineAsync($"citytwin-silo: {refused.Message}");
            return Refused;
        }
    }

    /// <summary>What a silo among others has to know; without PostgreSQL it does not matter.</summary>
    private sealed class ClusterOptions
    {
        public Option<int> SiloPort { get; } = Port("--silo-port", "Where the other silos reach this one (PostgreSQL only).", 11111);

        public Option<string> Advertise { get; } = new("--advertise")
        {
            Description = "The address at which the other silos reach this one (PostgreSQL only).",
            DefaultValueFactory = _ => "127.0.0.1",
        };

        public Option<string> Id { get; } = new("--cluster")
        {
            Description = "Silos of one database and this name belong together (PostgreSQL only).",
            DefaultValueFactory = _ => "citytwin",
        };

        /// <returns>Null without PostgreSQL.</returns>
        /// <exception cref="StartRefusedException">A value is wrong; the message names it.</exception>
        public ClusterSettings? From(ParseResult result, Func<string, string?> environment) =>
            ClusterSettings.ConnectionStringOf(environment) is not { } connection ? null
            : !IPAddress.TryParse(result.GetValue(Advertise), out var address)
                ? throw new StartRefusedException($"--advertise is '{result.GetValue(Advertise)}'; it is an IP address of this machine.")
            : new(connection, result.GetValue(Id)!, address, result.GetValue(SiloPort));
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
