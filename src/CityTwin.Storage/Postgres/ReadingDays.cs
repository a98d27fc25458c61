using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace CityTwin.Storage.Postgres;

/// <summary>
/// The partitions of the readings in an archive: a section each, because a day can only be filled where its partition is.
/// They are asked for through the table as a whole: silos have no right to a single day.
/// </summary>
internal static partial class ReadingDays
{
    public const string Parent = "readings";
    private const long DayMilliseconds = 86_400_000;

    /// <param name="Query">What the section holds; {0} are the columns.</param>
    public readonly record struct Section(string Name, string Query);

    /// <summary>The days that there are.</summary>
    public static List<Section> Of(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand(
            $"select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = '{Parent}'::regclass order by 1", connection);
        using var names = command.ExecuteReader();
        var days = new List<Section>();
        while (names.Read())
        {
            var name = names.GetString(0);
            var (from, to) = RangeOf(name) ?? throw new InvalidOperationException($"The partition {name} is no day.");
            days.Add(new(name, $"select {{0}} from {Parent} where received_at >= {from} and received_at < {to}"));
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

        PostgresSchema.Run(connection, $"create table {name} partition of {Parent} for values from ({day.From}) to ({day.To})");
        return true;
    }

    private static (long From, long To)? RangeOf(string name) =>
        DayName().IsMatch(name)
        && DateTimeOffset.TryParseExact(
            name[(Parent.Length + 1)..], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? (day.ToUnixTimeMilliseconds(), day.ToUnixTimeMilliseconds() + DayMilliseconds)
            : null;

    [GeneratedRegex(@"^readings_\d{8}\z")]
    private static partial Regex DayName();
}
