namespace CityTwin.Import.Generation;

/// <summary>
/// Straightens the blocks that bending dented: a point placed by its shares of a block that is not convex could lie
/// outside of it. The corners of such a block move towards the middle of their neighbours until none is left.
/// </summary>
internal static class MeshSmoothing
{
    private const int RoundsMax = 200;

    /// <summary>The least sine of a block's inner angles.</summary>
    private const double LeastTurn = 0.1;

    public static void Straighten(Metres[,] corners, int river)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var moving = Dented(corners, river);
            if (moving.Count == 0)
            {
                return;
            }

            // All of a round move by the same old places, or the order of corners would shape the town.
            var moved = moving.Select(corner => (corner, Place: Smoothed(corners, river, corner.Column, corner.Row))).ToArray();
            foreach (var (corner, place) in moved)
            {
                corners[corner.Column, corner.Row] = place;
            }
        }
    }

    private static SortedSet<(int Column, int Row)> Dented(Metres[,] corners, int river)
    {
        var dented = new SortedSet<(int Column, int Row)>();
        for (var column = 0; column < corners.GetLength(0) - 1; column++)
        {
            for (var row = 0; row < corners.GetLength(1) - 1; row++)
            {
                (int Column, int Row)[] ring = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
                if (column != river && !IsConvex([.. ring.Select(corner => corners[corner.Column, corner.Row])]))
                {
                    dented.UnionWith(ring);
                }
            }
        }

        return dented;
    }

    private static bool IsConvex(Metres[] ring)
    {
        for (var at = 0; at < ring.Length; at++)
        {
            var (before, corner, after) = (ring[(at + 3) % 4], ring[at], ring[(at + 1) % 4]);
            var (along, on) = (corner - before, after - corner);
            if ((along.East * on.North) - (along.North * on.East) < LeastTurn * corner.DistanceTo(before) * corner.DistanceTo(after))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Half-way to the middle of its neighbours; on an edge or a bank, of those along it, so that edges stay edges.</summary>
    private static Metres Smoothed(Metres[,] corners, int river, int column, int row)
    {
        var (columns, rows) = (corners.GetLength(0) - 1, corners.GetLength(1) - 1);
        var sideways = column > 0 && column < columns && column != river && column != river + 1;
        var upwards = row > 0 && row < rows;
        var corner = corners[column, row];
        var middle = (sideways, upwards) switch
        {
            (true, true) => (corners[column - 1, row] + corners[column + 1, row] + corners[column, row - 1] + corners[column, row + 1]) * 0.25,
            (true, false) => (corners[column - 1, row] + corners[column + 1, row]) * 0.5,
            (false, true) => (corners[column, row - 1] + corners[column, row + 1]) * 0.5,
            _ => corner,
        };
        return Metres.Between(corner, middle, 0.5);
    }
}
