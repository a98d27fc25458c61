using System.CommandLine;
using System.Reflection;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using CityTwin.Core.Views;

namespace CityTwin.Cli.Commands.Mqtt;

/// <summary>
/// <c>citytwin mqtt acl --city CITY [--user NAME=ROLE] [--permissions FILE]</c>: the rights on topics that the embedded broker
/// takes from the city, for a broker that cannot. Who is who it finds out itself: a device shows its sensor's id as the user.
/// The same city gives the same bytes.
/// </summary>
internal static class AclCommand
{
    private const string Mosquitto = "mosquitto";
    private const string SiloDefault = "citytwin";

    /// <summary>What silos hear and say beside their city's own topics, where edge nodes speak Sparkplug B.</summary>
    private static readonly string[] SiloRights =
    [
        $"topic read {TopicRules.Prefix}/#", $"topic write {TopicRules.Prefix}/alerts", $"topic write {TopicRules.Prefix}/zones/+/status",
        "topic read spBv1.0/#", "topic write spBv1.0/+/NCMD/+",
    ];

    public static Command Create()
    {
        var city = new Option<string>("--city") { Description = "A folder with city.json, or a bundle file.", HelpName = "CITY", Required = true };
        var format = new Option<string>("--format") { Description = "For which broker.", DefaultValueFactory = _ => Mosquitto };
        format.AcceptOnlyFromAmong(Mosquitto);
        var silo = new Option<string>("--silo-user") { Description = "As whom silos come (CITYTWIN_MQTT_USER).", HelpName = "NAME", DefaultValueFactory = _ => SiloDefault };
        var users = new Option<string[]>("--user") { Description = "Somebody else, and what they may be; may be given several times.", HelpName = "NAME=ROLE" };
        var permissions = new Option<string?>("--permissions") { Description = "The table of permissions (CITYTWIN_PERMISSIONS_FILE). Without it: the shipped one.", HelpName = "FILE" };
        users.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Where(token => Parse(token.Value) is null))
            {
                result.AddError($"'{word.Value}' is no NAME=ROLE; roles are {string.Join(", ", RoleWords.Granted.Select(RoleWords.Of))}.");
            }
        });
        var command = new Command("acl", "Writes the rights on topics that a city implies, for a broker of one's own.") { city, format, silo, users, permissions };
        command.SetAction(result =>
        {
            var read = CityArgument.Load(result, result.GetRequiredValue(city));
            var named = (result.GetValue(users) ?? []).Select(word => Parse(word)!).Append(new(result.GetRequiredValue(silo), PrincipalKind.Key, []));
            Write(result.InvocationConfiguration.Output, read, Table(result.GetValue(permissions)), [.. named.OrderBy(user => user.Name, StringComparer.Ordinal)], result.GetRequiredValue(silo));
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(TextWriter output, City city, PermissionTable table, Principal[] named, string silo)
    {
        var index = new CityIndex(city);
        var devices = city.Sensors.Select(sensor => new Principal(
            sensor.Id.Value, PrincipalKind.Device, [new(Roles.Device, ZoneScope.Everything)], Sensor: sensor.Id)).OrderBy(device => device.Name, StringComparer.Ordinal);
        Principal[] all = [.. named, .. devices];
        if (all.CountBy(user => user.Name).FirstOrDefault(user => user.Value > 1) is { Value: > 0 } twice)
        {
            throw new CommandFailedException($"'{twice.Key}' would be two users: name the silo otherwise (--silo-user), or whoever else is no sensor (--user).");
        }

        output.WriteLine($"# What the city {city.Hash.Value} implies, for acl_file of mosquitto: written by 'citytwin mqtt acl', to be written anew when the city changes.");
        output.WriteLine("# Each sensor is a user of its id. Whoever is not named here may nothing; edge nodes of Sparkplug B are not of the city.");
        foreach (var user in all)
        {
            output.WriteLine();
            output.WriteLine($"user {user.Name}");
            foreach (var line in user.Name == silo ? SiloRights : TopicRules.RightsOf(user, table, index).Select(Line))
            {
                output.WriteLine(line);
            }
        }
    }

    private static string Line((bool IsToPublish, string Filter) right) => $"topic {(right.IsToPublish ? "write" : "read")} {TopicRules.Prefix}/{right.Filter}";

    /// <summary>A name that would end its line, or that no broker lets anybody have, is none.</summary>
    private static Principal? Parse(string word) =>
        word.LastIndexOf('=') is > 0 and var at && RoleWords.Parse(word[(at + 1)..]) is { } role && role != Roles.Anyone
        && word[..at] is { Length: <= Principal.NameLengthMax } name && name.Trim() == name && !name.Any(letter => char.IsControl(letter) || letter == ':')
            ? new(name, PrincipalKind.Key, [new(role, ZoneScope.Everything)]) : null;

    private static PermissionTable Table(string? file)
    {
        using var shipped = Assembly.GetExecutingAssembly().GetManifestResourceStream("permissions.json")!;
        using var bytes = new MemoryStream();
        shipped.CopyTo(bytes);
        var (table, faults) = PermissionFile.ReadTopics(file is null ? bytes.ToArray() : File.ReadAllBytes(file));
        return table ?? throw new CommandFailedException($"{file} has {FaultText.Count(faults.Length, "fault")}: {string.Join(" ", faults)}");
    }
}
