using System.Globalization;
using System.Text;
using CsCheck;
using Xunit;

namespace CityTwin.Import.Tests;

/// <summary>
/// Whatever happens to the bytes of a city, reading them gives faults or a city, and never an exception. CITYTWIN_FUZZ is the number of
/// messages in the full run of all that is fuzzed; to 100 of them there is one city, so 200000 mean 2,000.
/// </summary>
public sealed class MutationTests
{
    private const string Rows = "id,zone,skills,speedMetresPerSecond,longitude,latitude\n\"guard-two\",site,k9;armed,1.5,13.411,52.511\n";

    private const int MessagesForOneCity = 100;

    private static readonly long Cities =
        int.TryParse(Environment.GetEnvironmentVariable("CITYTWIN_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out var messages)
            ? Math.Max(1, messages / MessagesForOneCity)
            : Check.Iter;

    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "0", "1e999", "NaN", "1e400", "\"\"", "\"works\"", "\"\\ud800\"",
        "\"grid\"", "{}", "[]", "\"a\":1,", "[[", "999999999999999999999", "-0", "\\", "\n", "\r", ";", "\"source\":true,",
        "{\"min\":[\"works\"]}", "{\"const\":5}", "\u0000", "é", "\"\"\"",
    ];

    private static readonly CityFolder Folder = SmallCity.Folder
        .With("guards.csv", Rows)
        .Replace("city.json", "\"guards.geojson\"", "[\"guards.geojson\", {\"file\": \"guards.csv\", \"defaults\": {\"name\": \"G\"}}]");

    private static readonly Gen<(string File, int Kind, int At, int Length, int Token)> Mutation = Gen.Select(
        Gen.Int[0, Folder.Files.Count - 1].Select(index => Folder.Files.Keys.ElementAt(index)), Gen.Int[0, 5], Gen.Int[0, 1_000_000], Gen.Int[1, 40], Gen.Int[0, Tokens.Length - 1]);

    [Fact]
    public void The_unmutated_city_is_good() => Assert.Empty(CityReader.Read(Folder).Faults);

    [Fact]
    public void A_mutated_city_gives_faults_or_a_city_and_never_throws() =>
        Mutation.List[1, 3].Sample(mutations =>
        {
            var folder = mutations.Aggregate(Folder, (folder, mutation) => folder.With(mutation.File, Mutate(folder.Files[mutation.File].Span, mutation)));

            var read = CityReader.Read(folder);

            Assert.True(read.City is not null || read.Faults.Any(fault => fault.Severity == FaultSeverity.Error));
            Assert.All(read.Faults, fault => Assert.NotEmpty(fault.Message));
            if (read.City is { } city)
            {
                // What is accepted is whole: it writes and reads back as itself.
                Assert.Equal(city.Hash, CityReader.Read(CityWriter.Write(city)).City!.Hash);
            }
        }, iter: Cities);

    [Fact]
    public void A_mutated_bundle_gives_faults_or_a_city_and_never_throws()
    {
        var bundle = Folder.ToBundle();
        Mutation.Sample(mutation =>
        {
            var read = CityReader.ReadBundle(Mutate(bundle, mutation));
            Assert.True(read.City is not null || !read.Faults.IsEmpty);
        }, iter: Cities);
    }

    private static byte[] Mutate(ReadOnlySpan<byte> bytes, (string File, int Kind, int At, int Length, int Token) mutation)
    {
        var (_, kind, at, length, token) = mutation;
        var start = bytes.Length == 0 ? 0 : at % bytes.Length;
        var end = Math.Min(bytes.Length, start + length);
        var inserted = Encoding.UTF8.GetBytes(Tokens[token]);
        return kind switch
        {
            0 => bytes[..start].ToArray(),
            1 => [.. bytes[..start], .. bytes[end..]],
            2 => [.. bytes[..end], .. bytes[start..]],
            3 => [.. bytes[..start], .. inserted, .. bytes[start..]],
            4 => [.. bytes[..start], .. inserted, .. bytes[end..]],
            _ => Flip(bytes, start, length),
        };
    }

    private static byte[] Flip(ReadOnlySpan<byte> bytes, int at, int bit)
    {
        var flipped = bytes.ToArray();
        if (flipped.Length > 0)
        {
            flipped[at] ^= (byte)(1 << (bit % 8));
        }

        return flipped;
    }
}
