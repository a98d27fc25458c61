using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using Spectre.Console;

namespace CityTwin.Cli.Commands;

/// <summary><c>citytwin key create|list|revoke</c>: keeps the file of keys that a silo is given as CITYTWIN_KEYS_FILE.</summary>
internal static class KeyCommand
{
    private const int DaysMax = 3650;

    public static Command Create() => new("key", "Keeps the file of keys of a silo (CITYTWIN_KEYS_FILE). It holds no secrets; a running silo takes a change over within two seconds.")
    {
        CreateKey(), List(), Revoke(),
    };

    private static Command CreateKey()
    {
        var file = FileOption();
        var name = new Option<string>("--name") { Description = "Who holds it; the audit log calls them so.", Required = true, HelpName = "NAME" };
        var roles = new Option<string[]>("--role") { Description = $"One of {string.Join(", ", RoleWords.Granted.Select(RoleWords.Of))}; may be given several times.", Required = true, HelpName = "ROLE" };
        var zones = new Option<string[]>("--zone") { Description = "A zone, with all in it; may be given several times. Without it: the whole city.", HelpName = "ZONE" };
        var sensor = new Option<string?>("--sensor") { Description = "The only sensor that a device speaks for.", HelpName = "SENSOR" };
        var days = new Option<int?>("--days") { Description = $"Days until it expires, 1 to {DaysMax}. Without it: never.", HelpName = "N" };
        var command = new Command("create", "Makes a key and shows it, once.") { file, name, roles, zones, sensor, days };
        roles.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Where(token => RoleWords.Parse(token.Value) is not { } role || role == Roles.Anyone))
            {
                result.AddError($"There is no role '{word.Value}'; there are {string.Join(", ", RoleWords.Granted.Select(RoleWords.Of))}.");
            }
        });
        days.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int?>() is not (>= 1 and <= DaysMax))
            {
                result.AddError($"--days is 1 to {DaysMax}.");
            }
        });
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(file);
            var keys = File.Exists(path) ? Read(path) : ImmutableArray<ApiKey>.Empty;
            var granted = result.GetRequiredValue(roles).Aggregate(Roles.None, (all, word) => all | RoleWords.Parse(word)!.Value);
            var scope = result.GetValue(zones) is { Length: > 0 } given ? ZoneScope.Of([.. given.Select(zone => new ZoneId(zone))]) : ZoneScope.Everything;
            var (key, kept) = ApiKey.Make(
                RandomNumberGenerator.GetBytes(ApiKey.IdBytes), RandomNumberGenerator.GetBytes(ApiKey.SecretBytes), result.GetRequiredValue(name),
                [new(granted, scope)], result.GetValue(days) is { } lasts ? TimeProvider.System.GetUtcNow().AddDays(lasts) : null);
            Write(path, [.. keys, kept with { Sensor = result.GetValue(sensor) is { } id ? new SensorId(id) : null }]);
            result.InvocationConfiguration.Output.WriteLine(key);
            result.InvocationConfiguration.Error.WriteLine($"It is not shown again; {path} keeps only its hash.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var file = FileOption();
        var command = new Command("list", "Lists the keys: who holds them, and what they may.") { file };
        command.SetAction(result =>
        {
            var table = new Table().AddColumns("id", "name", "roles", "zones", "until");
            foreach (var key in Read(result.GetRequiredValue(file)))
            {
                table.AddRow(
                    key.Id,
                    key.Name.EscapeMarkup(),
                    string.Join(", ", key.Grants.Select(grant => string.Join('+', RoleWords.Granted.Where(role => grant.Roles.HasFlag(role)).Select(RoleWords.Of)))),
                    key.Sensor is { } sensor ? $"sensor {sensor}"
                    : string.Join(", ", key.Grants.Select(grant => grant.Scope.IsEverything ? "whole city" : string.Join('+', grant.Scope.Zones))),
                    key.IsRevoked ? "revoked" : key.Expires?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "for ever");
            }

            Terminal.For(result).Write(table);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Revoke()
    {
        var file = FileOption();
        var id = new Argument<string>("ID") { Description = "The key's id, as 'list' shows it; it stands in the key, after 'ctk_'." };
        var command = new Command("revoke", "Revokes a key: it is refused, and its running streams end.") { file, id };
        command.SetAction(result =>
        {
            var (path, wanted) = (result.GetRequiredValue(file), result.GetRequiredValue(id));
            var keys = Read(path);
            if (keys.All(key => key.Id != wanted))
            {
                throw new CommandFailedException($"{path} has no key '{wanted}'.");
            }

            Write(path, keys.Select(key => key.Id == wanted ? key with { IsRevoked = true } : key));
            result.InvocationConfiguration.Output.WriteLine($"{wanted} is revoked.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<string> FileOption() => new("--file")
    {
        Description = "The file of keys; made where it is missing.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("CITYTWIN_KEYS_FILE") is { Length: > 0 } file ? file : "keys.json",
        HelpName = "FILE",
    };

    private static ImmutableArray<ApiKey> Read(string path)
    {
        var (keys, faults) = KeyFile.Read(File.ReadAllBytes(path));
        return faults.Length == 0 ? keys : throw new CommandFailedException($"{path} has {faults.Length} faults: {string.Join(" ", faults)}");
    }

    /// <summary>Written beside and moved: a silo that looks now sees the old file or the new one.</summary>
    private static void Write(string path, IEnumerable<ApiKey> keys)
    {
        var beside = path + ".new";
        File.WriteAllBytes(beside, KeyFile.Write(keys));
        File.Move(beside, path, overwrite: true);
    }
}
