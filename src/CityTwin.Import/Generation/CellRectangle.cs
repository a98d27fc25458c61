namespace CityTwin.Import.Generation;

/// <summary>A rectangle of cells of the street mesh: a zone or a district.</summary>
internal readonly record struct CellRectangle(int Left, int Bottom, int Width, int Height)
{
    public int Right => Left + Width;

    public int Top => Bottom + Height;

    public bool Contains(int column, int row) => column >= Left && column < Right && row >= Bottom && row < Top;

    public (CellRectangle First, CellRectangle Second) SplitAcross(int columns) =>
        (this with { Width = columns }, new(Left + columns, Bottom, Width - columns, Height));

    public (CellRectangle First, CellRectangle Second) SplitUp(int rows) =>
        (this with { Height = rows }, new(Left, Bottom + rows, Width, Height - rows));

    public IEnumerable<(int Column, int Row)> Cells()
    {
        for (var row = Bottom; row < Top; row++)
        {
            for (var column = Left; column < Right; column++)
            {
                yield return (column, row);
            }
        }
    }
}
