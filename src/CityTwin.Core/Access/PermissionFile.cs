using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace CityTwin.Core.Access;

/// <summary>What is wrong with a file of the access rules.</summary>
/// <param name="Place">The JSON path, such as <c>$.rpcs.citytwin.v1.ZoneService/GetZone[2]</c>.</param>
public sealed record AccessFault(string Place, string Message)
{
    public override string ToString() => $"{Place}: {Message}";
}

/// <summary>
/// Reads the permission file: for each action the roles that may take it, in four tables (<c>rpcs</c>, <c>routes</c>,
/// <c>pages</c>, <c>topics</c>). Every action there is has exactly one row, and no row names an action that there is not,
/// so that a misspelt row cannot lock or open anything unnoticed.
/// </summary>
public static class PermissionFile
{
    public const int SchemaVersion = 1;

    private static readonly (string Table, string Prefix)[] Tables = [("rpcs", ""), ("routes", ""), ("pages", PagePrefix), ("topics", "")];

    /// <summary>Before the path of a console page, where it is an action.</summary>
    public const string PagePrefix = "page ";

    /// <param name="actions">Every action there is.</param>
    /// <returns>The table, or everything that is wrong.</returns>
    public static (PermissionTable? Table, ImmutableArray<AccessFault> Faults) Read(ReadOnlyMemory<byte> file, IReadOnlySet<string> actions) =>
        Read(file, actions, Tables);

    /// <summary>Reads only what it says of topics, for programs that do not know the other actions.</summary>
    /// <returns>The table, or everything that is wrong.</returns>
    public static (PermissionTable? Table, ImmutableArray<AccessFault> Faults) ReadTopics(ReadOnlyMemory<byte> file) =>
        Read(file, TopicRules.Actions.ToFrozenSet(StringComparer.Ordinal), Tables[^1..]);

    private static (PermissionTable? Table, ImmutableArray<AccessFault> Faults) Read(
        ReadOnlyMemory<byte> file, IReadOnlySet<string> actions, (string Table, string Prefix)[] tables)
    {
        var faults = new List<AccessFault>();
        using var document = AccessJson.Parse(file, faults);
        if (document is null)
        {
            return (null, [.. faults]);
        }

        var rows = new Dictionary<string, Permission>(StringComparer.Ordinal);
        AccessJson.Check(document.RootElement, "$", ["schemaVersion", .. Tables.Select(table => table.Table)], faults);
        AccessJson.CheckVersion(document.RootElement, SchemaVersion, faults);
        foreach (var (table, prefix) in tables)
        {
            if (AccessJson.Object(document.RootElement, "$", table, faults) is { } found)
            {
                foreach (var row in found.EnumerateObject())
                {
                    Take(row, prefix + row.Name, $"$.{table}['{row.Name}']");
                }
            }
        }

        faults.AddRange(actions.Where(action => !rows.ContainsKey(action)).Order(StringComparer.Ordinal)
            .Select(action => new AccessFault("$", $"'{action}' has no row: say which roles may do it, or [] for nobody.")));
        return faults.Count > 0 ? (null, [.. faults]) : (new(rows.Values), []);

        void Take(JsonProperty row, string action, string place)
        {
            if (!actions.Contains(action))
            {
                faults.Add(new(place, $"There is nothing called '{action}'."));
            }

            var roles = AccessJson.Roles(row.Value, place, mayBeAnyone: true, faults);
            if (!rows.TryAdd(action, new(action, roles)))
            {
                faults.Add(new(place, "It has a row already."));
            }
        }
    }
}
