using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>
/// The town's street grid: bent columns and rows of cells (blocks). The southern edge is the coast; one narrow
/// column of cells is the river. Because zones are rectangles of cells and share the cells' corners, they tile
/// the town without gaps or overlaps, however much the grid is bent.
/// </summary>
internal sealed class StreetMesh
{
    private readonly Metres[,] _corners;

    public StreetMesh(Metres[,] corners, int riverColumn)
    {
        _corners = corners;
        RiverColumn = riverColumn;
        Columns = corners.GetLength(0) - 1;
        Rows = corners.GetLength(1) - 1;
    }

    public int Columns { get; }

    public int Rows { get; }

    public int RiverColumn { get; }

    public Metres Corner(int column, int row) => _corners[column, row];

    /// <summary>A point inside a cell; both shares 0..1, from its west and south edge.</summary>
    public Metres Inside(int column, int row, double across, double up) => Metres.Between(
        Metres.Between(_corners[column, row], _corners[column + 1, row], across),
        Metres.Between(_corners[column, row + 1], _corners[column + 1, row + 1], across),
        up);

    public double AreaOf(int column, int row)
    {
        var (a, b, c, d) = (_corners[column, row], _corners[column + 1, row], _corners[column + 1, row + 1], _corners[column, row + 1]);
        return 0.5 * ((Cross(a, b) + Cross(b, c)) + (Cross(c, d) + Cross(d, a)));
    }

    public double AreaOf(CellRectangle rectangle)
    {
        var area = 0.0;
        foreach (var (column, row) in rectangle.Cells())
        {
            area += AreaOf(column, row);
        }

        return area;
    }

    /// <summary>The middle of a rectangle of cells, by its cells and not by its corners, so that it lies inside.</summary>
    public Metres MiddleOf(CellRectangle rectangle)
    {
        var column = rectangle.Left + ((rectangle.Width - 1) / 2);
        var row = rectangle.Bottom + ((rectangle.Height - 1) / 2);
        return Inside(
            column, row, rectangle.Width % 2 == 0 ? 0.95 : 0.5, rectangle.Height % 2 == 0 ? 0.95 : 0.5);
    }

    /// <summary>The rectangle's outline with every corner of the mesh on it, closed, anticlockwise.</summary>
    public Polygon OutlineOf(CellRectangle rectangle)
    {
        var ring = ImmutableArray.CreateBuilder<LonLat>();
        for (var column = rectangle.Left; column < rectangle.Right; column++)
        {
            ring.Add(_corners[column, rectangle.Bottom].OnEarth());
        }

        for (var row = rectangle.Bottom; row < rectangle.Top; row++)
        {
            ring.Add(_corners[rectangle.Right, row].OnEarth());
        }

        for (var column = rectangle.Right; column > rectangle.Left; column--)
        {
            ring.Add(_corners[column, rectangle.Top].OnEarth());
        }

        for (var row = rectangle.Top; row > rectangle.Bottom; row--)
        {
            ring.Add(_corners[rectangle.Left, row].OnEarth());
        }

        ring.Add(ring[0]);
        return new([ring.ToImmutable()]);
    }

    /// <summary>A part of one cell, closed, anticlockwise.</summary>
    public ImmutableArray<LonLat> PartOf(int column, int row, double left, double bottom, double right, double top)
    {
        var first = Inside(column, row, left, bottom).OnEarth();
        return
        [
            first,
            Inside(column, row, right, bottom).OnEarth(),
            Inside(column, row, right, top).OnEarth(),
            Inside(column, row, left, top).OnEarth(),
            first,
        ];
    }

    private static double Cross(Metres a, Metres b) => (a.East * b.North) - (b.East * a.North);
}
