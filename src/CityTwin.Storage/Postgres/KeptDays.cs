using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// The partitions of readings and changes in an archive: a section each, because a day can only be filled where its partition is.
/// They are asked for through the table as a whole: silos have no right to a single day.
/// </summary>
internal static partial class KeptDays
{
    public const string Readings = "readings";
    public const string History = "history";
    public static readonly ImmutableArray<string> Parents = [Readings, History];
    private const long DayMilliseconds = 86_400_000;

    /// <param name="Query">What the section holds; {0} are the columns.</param>
    public readonly record struct Section(string Name, string Query);

    /// <summary>The days that there are.</summary>
    /// <param name="parent">One of <see cref="Parents"/>.</param>
    public static List<Section> Of(NpgsqlConnection connection, string parent)
    {
        using var command = new NpgsqlCommand(
            $"select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = '{parent}'::regclass order by 1", connection);
        using var names = command.ExecuteReader();
        var days = new List<Section>();
        var arrival = parent == Readings ? "received_at" : "at";
        while (names.Read())
        {
            var name = names.GetString(0);
            var (_, from, to) = RangeOf(name) ?? throw new InvalidOperationException($"The partition {name} is no day.");
            days.Add(new(name, $"select {{0}} from {parent} where {arrival} >= {from} and {arrival} < {to}"));
        }

        return days;
    }

    /// <summary>Makes the partition of a day, as <c>keep_reading_days</c> makes those of today.</summary>
    /// <returns>False when it is the name of none.</returns>
    public static bool Make(NpgsqlConnection connection, string name)
    {
        if (RangeOf(name) is not { } day)
        {
            return false;
        }

        PostgresSchema.Run(connection, $"create table {name} partition of {day.Parent} for values from ({day.From}) to ({day.To})");
        return true;
    }

    private static (string Parent, long From, long To)? RangeOf(string name) =>
        DayName().Match(name) is { Success: true } match
        && DateTimeOffset.TryParseExact(
            match.Groups["day"].Value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? (match.Groups["parent"].Value, day.ToUnixTimeMilliseconds(), day.ToUnixTimeMilliseconds() + DayMilliseconds)
            : null;

    [GeneratedRegex(@"^(?<parent>readings|history)_(?<day>\d{8})\z")]
    private static partial Regex DayName();
}
