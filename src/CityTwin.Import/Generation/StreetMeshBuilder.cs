namespace CityTwin.Import.Generation;

/// <summary>
/// Bends a plain grid into a believable street plan: denser towards the centre, outer rows rounded into ring
/// roads, a bay along the coast, a meandering river, and uneven blocks. Arithmetic and square roots only.
/// </summary>
internal static class StreetMeshBuilder
{
    private const double PeoplePerSquareKilometre = 3_800;
    private const double WidthToHeight = 1.25;
    private const double ShareOfRectangleBuilt = 0.80;
    private const int CellsPerZone = 6;
    private const double CoastNorthing = -0.42;
    private const double Roundness = 0.85;

    // Right-angled triangles with whole sides: exact sines and cosines of 0, 9, 13, 16 and 23 degrees.
    private static readonly (double Cosine, double Sine)[] Turns =
        [(1, 0), (40.0 / 41, 9.0 / 41), (40.0 / 41, -9.0 / 41), (24.0 / 25, 7.0 / 25), (24.0 / 25, -7.0 / 25), (12.0 / 13, -5.0 / 13)];

    public static StreetMesh Build(Chance chance, int population, int zones)
    {
        var width = 1000 * Math.Sqrt(population / PeoplePerSquareKilometre * WidthToHeight / ShareOfRectangleBuilt);
        var height = width / WidthToHeight;
        var rows = Math.Max(4, (int)Math.Round(Math.Sqrt(zones * CellsPerZone / WidthToHeight)));
        var columns = Math.Max(6, (int)Math.Round(rows * WidthToHeight)) + 1;
        var river = (columns / 2) + chance.Below(3, "river", "column") - 1;
        var (cosine, sine) = Turns[chance.Below(Turns.Length, "mesh", "turn")];

        var eastings = Spread(columns, river, Math.Clamp(width * 0.03, 40, 320) / width);
        var northings = Spread(rows, -1, 0);
        var corners = new Metres[columns + 1, rows + 1];
        for (var column = 0; column <= columns; column++)
        {
            for (var row = 0; row <= rows; row++)
            {
                var u = eastings[column];
                var v = CoastNorthing + ((northings[row] + 1) / 2 * (1 - CoastNorthing));
                var onBank = column == river || column == river + 1;
                var plain = Shape(chance, u, v, 0.5 * (eastings[river] + eastings[river + 1]));
                var bent = new Metres(plain.East * width / 2, plain.North * height / (1 - CoastNorthing));
                bent += Unevenness(chance, column, row, onBank, width / columns);
                corners[column, row] = new((bent.East * cosine) - (bent.North * sine), (bent.East * sine) + (bent.North * cosine));
            }
        }

        MeshSmoothing.Straighten(corners, river);
        return new(corners, river);
    }

    /// <summary>Lines from -1 to 1: close together in the middle, and the river's two banks as far apart as it is wide.</summary>
    private static double[] Spread(int cells, int river, double riverShare)
    {
        var widths = new double[cells];
        var sum = 0.0;
        for (var cell = 0; cell < cells; cell++)
        {
            var outward = Math.Abs((((2 * cell) + 1.0) / cells) - 1);
            widths[cell] = cell == river ? 0 : 0.7 + (0.55 * outward);
            sum += widths[cell];
        }

        var lines = new double[cells + 1];
        lines[0] = -1;
        for (var cell = 0; cell < cells; cell++)
        {
            lines[cell + 1] = lines[cell] + (2 * (cell == river ? riverShare : widths[cell] / sum * (1 - riverShare)));
        }

        return lines;
    }

    private static Metres Shape(Chance chance, double u, double v, double river)
    {
        var east = u * Math.Sqrt(1 - (Roundness * Math.Max(0, v) * v / 2));
        var north = v * Math.Sqrt(1 - (Roundness * u * u / 2));

        // The river swings most at its own banks and fades out towards the edges of the town.
        var fromRiver = 1 - Math.Min(1, Math.Abs(u - river));
        east += fromRiver * fromRiver * 0.17 * chance.Noise(v * 2.1, 0.5, "meander");

        // The coast: a bay with a cape at one end.
        var byTheCoast = Math.Clamp((0.35 - v) / (0.35 - CoastNorthing), 0, 1);
        north -= byTheCoast * byTheCoast * ((0.06 * u * u) + (0.11 * chance.Noise((u * 2.3) + 7, 1.5, "coast")) + (0.045 * chance.Noise((u * 6.1) + 3, 2.5, "coast")));

        east += 0.075 * chance.Noise((u * 1.7) + 31, (v * 1.7) + 11, "bend-east");
        north += 0.075 * chance.Noise((u * 1.7) + 53, (v * 1.7) + 17, "bend-north");
        return new(east, north);
    }

    private static Metres Unevenness(Chance chance, int column, int row, bool onBank, double cell)
    {
        // A bank that jumps from corner to corner would look like a canal lock, so the river stays smooth.
        var reach = onBank ? 0.0 : 0.11 * cell;
        var corner = $"{column},{row}";
        return new(
            chance.Between(-reach, reach, corner, "uneven-east"),
            chance.Between(-reach, reach, corner, "uneven-north"));
    }
}
