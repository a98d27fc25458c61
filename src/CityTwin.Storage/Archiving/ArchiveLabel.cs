using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CityTwin.Storage.Archiving;

/// <summary>What an archive says of itself, as JSON in its last line: <c>tail -n 1 FILE</c> shows it.</summary>
/// <param name="Format">How the file is laid out.</param>
/// <param name="Kind">The database that it is of, and that it is restored to.</param>
/// <param name="Schema">The version of the schema that its rows are of.</param>
/// <param name="At">When the backup began.</param>
/// <param name="Bytes">How long all is that precedes the label.</param>
/// <param name="Rows">How many rows of each table it holds.</param>
/// <param name="Sha256">Of all that precedes the label, and of the label without this, in hexadecimal digits.</param>
public sealed record ArchiveLabel(
    [property: JsonPropertyName("citytwinArchive")] int Format,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ArchiveKind>))] ArchiveKind Kind,
    int Schema,
    DateTimeOffset At,
    long Bytes,
    ImmutableSortedDictionary<string, long> Rows,
    string Sha256)
{
    /// <summary>The only layout so far.</summary>
    internal const int NewestFormat = 1;

    /// <summary>A longer one is none.</summary>
    internal const int BytesMax = 4096;

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web);

    /// <returns>Null when it is none.</returns>
    internal static ArchiveLabel? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<ArchiveLabel>(json, JsonSerializerOptions.Web) is { Format: > 0, Rows: not null, Sha256: not null } label ? label : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The database that an archive is of.</summary>
public enum ArchiveKind
{
    /// <summary>A city in a data folder.</summary>
    Sqlite,

    /// <summary>A city on PostgreSQL.</summary>
    Postgres,
}
