using System.Text;

namespace CityTwin.Import.Generation;

/// <summary>Invented names, each given once. The pools are common words, so that nothing points at a real town.</summary>
internal sealed class PlaceNames(Chance chance)
{
    private static readonly string[] OldTown =
        ["Market Square", "Guildhall", "Cathedral", "Weavers Row", "Town Gate", "Mint Street", "Lower Market", "Brewers Lane"];

    private static readonly string[] Harbour =
        ["Fish Market", "Shipyard", "Ferry Landing", "Ropewalk", "Customs House", "Lighthouse", "Dry Dock", "Grain Wharf"];

    private static readonly string[] Industry =
        ["Gasworks", "Foundry", "Tannery", "Container Park", "Brickfield", "Sawmill", "Cold Store", "Depot Road"];

    private static readonly string[] First =
    [
        "Alder", "Apple", "Ash", "Bell", "Birch", "Bridge", "Chapel", "Clover", "Copper", "Elm", "Fern", "Fox", "Garden", "Green",
        "Hazel", "Heron", "High", "Kings", "Lark", "Lime", "Long", "Maple", "Meadow", "Mill", "Oak", "Orchard", "Park", "Pine",
        "Queens", "Rose", "Rowan", "Silver", "Spring", "Stone", "Swan", "Thorn", "Wheat", "Willow",
    ];

    private static readonly string[] Second =
        ["field", "gate", "croft", "bank", "hill", "brook", "side", "wood", "mead", "acre", "way", "rise"];

    private static readonly string[] Saints =
        ["Saint Anna", "Saint Barbara", "Saint Luke", "Saint Martin", "Saint Clara", "Saint Jude", "Saint Helena", "Saint Vincent"];

    private static readonly string[] Roads =
        ["Kings Road", "Station Road", "Abbey Road", "Mill Road", "Chestnut Avenue", "Parliament Road", "University Road", "Orchard Road"];

    private static readonly string[] Bridges =
        ["Harbour Bridge", "Old Bridge", "Weir Bridge", "Saint Nicholas Bridge", "Iron Bridge", "Meadow Bridge", "Railway Bridge", "Upper Bridge"];

    private readonly HashSet<string> _given = new(StringComparer.Ordinal);
    private readonly string[] _combined = chance.Shuffled(
        [.. First.SelectMany(first => Second.Select(second => first + second))], "names", "combined");

    public string Zone(LandUse use) => FirstFree(use switch
    {
        LandUse.Centre => [.. OldTown, .. _combined],
        LandUse.Harbour => [.. Harbour, .. _combined],
        LandUse.Industry => [.. Industry, .. _combined],
        _ => _combined,
    });

    public string Saint() => FirstFree([.. Saints, .. Saints.Select(saint => saint + " the Younger")]);

    public string Road() => FirstFree([.. Roads, .. _combined.Select(name => name + " Road")]);

    public string Bridge() => FirstFree([.. Bridges, .. _combined.Select(name => name + " Bridge")]);

    /// <summary>One of the names wanted, in this order, or else an invented one.</summary>
    public string Wanted(params string[] names) => FirstFree([.. names, .. _combined]);

    /// <summary>The name as an id: lower-case letters and digits, joined by hyphens.</summary>
    public static string Slug(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var letter in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                slug.Append(letter);
            }
            else if (slug.Length > 0 && slug[^1] != '-')
            {
                slug.Append('-');
            }
        }

        return slug.ToString().Trim('-');
    }

    /// <summary>Where a place lies as seen from the centre: north, north-east, ... by eighths of a turn.</summary>
    public static string Compass(Metres from, Metres place)
    {
        const double TangentOfAnEighth = 0.41421356;
        var away = place - from;
        var (east, north) = (Math.Abs(away.East), Math.Abs(away.North));
        var northSouth = away.North >= 0 ? "north" : "south";
        var eastWest = away.East >= 0 ? "east" : "west";
        return north * TangentOfAnEighth > east ? northSouth
            : east * TangentOfAnEighth > north ? eastWest
            : $"{northSouth}-{eastWest}";
    }

    private string FirstFree(IEnumerable<string> names)
    {
        var list = names as IReadOnlyList<string> ?? [.. names];
        foreach (var name in list)
        {
            if (_given.Add(name))
            {
                return name;
            }
        }

        for (var number = 2; ; number++)
        {
            var name = $"{list[number % list.Count]} {number}";
            if (_given.Add(name))
            {
                return name;
            }
        }
    }
}
