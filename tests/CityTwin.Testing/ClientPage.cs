using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace CityTwin.Testing;

/// <summary>The page for those who write clients, <c>src/CityTwin.Client/README.md</c>, and what its tables say.</summary>
public static partial class ClientPage
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "src", "CityTwin.Client", "README.md"));

    /// <summary>Status and reason of each row of the table of errors.</summary>
    public static IReadOnlyList<(string Status, string Reason)> Errors { get; } =
        [.. ErrorRow().Matches(Text).Select(row => (row.Groups[1].Value, row.Groups[2].Value))];

    /// <summary>Each row of the table of limits: the word that it begins with, the type and member that it names, and the number that it says.</summary>
    public static IReadOnlyList<(string Unit, string Type, string Member, long Said)> Limits { get; } =
        [.. LimitRow().Matches(Text).Select(row => (
            row.Groups[1].Value, row.Groups[3].Value, row.Groups[4].Value,
            long.Parse(row.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)))];

    /// <summary>The limits whose types are in these assemblies, each with the number that the code has.</summary>
    public static IReadOnlyList<(string Limit, long Said, long Has)> LimitsIn(params Assembly[] assemblies) =>
        [.. from limit in Limits
            let type = assemblies.SelectMany(assembly => assembly.GetTypes()).SingleOrDefault(type => type.Name == limit.Type)
            where type is not null
            select ($"{limit.Type}.{limit.Member}", limit.Said, Number(type, limit.Member, limit.Unit))];

    private static long Number(Type type, string member, string unit)
    {
        const BindingFlags Anyhow = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        var value = type.GetField(member, Anyhow)?.GetValue(null)
            ?? type.GetProperty(member, Anyhow)?.GetValue(Activator.CreateInstance(type))
            ?? throw new InvalidOperationException($"The page names {type.Name}.{member}, which does not exist.");
        return value is not TimeSpan time ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : unit switch
        {
            "milliseconds" => (long)time.TotalMilliseconds,
            "seconds" => (long)time.TotalSeconds,
            "minutes" => (long)time.TotalMinutes,
            _ => throw new InvalidOperationException($"The row of {type.Name}.{member} does not begin with its unit."),
        };
    }

    [GeneratedRegex(@"^\| ([A-Z_]+) \| `([A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex ErrorRow();

    [GeneratedRegex(@"^\| (\w+)[^|]* \| ([\d,]+) \| `(\w+)\.(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex LimitRow();
}
