namespace CityTwin.Storage.Archiving;

/// <summary>
/// Tables in one stream: each a name and its columns, then pieces with their length in front, then a length of zero. A
/// section without a name ends it.
/// </summary>
internal static class ArchiveSections
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>The most columns that PostgreSQL allows.</summary>
    private const int ColumnsMax = 1_600;

    public static void Begin(BinaryWriter to, string name, IReadOnlyCollection<string> columns)
    {
        to.Write(name);
        to.Write(columns.Count);
        foreach (var column in columns)
        {
            to.Write(column);
        }
    }

    /// <summary>Writes all of the rows, and that the section ends.</summary>
    public static void Write(BinaryWriter to, Stream rows, CancellationToken cancellation)
    {
        var piece = new byte[PieceBytes];
        while (rows.Read(piece) is > 0 and var length)
        {
            cancellation.ThrowIfCancellationRequested();
            to.Write(length);
            to.Write(piece, 0, length);
        }

        to.Write(0);
    }

    public static void End(BinaryWriter to) => to.Write("");

    /// <summary>The next section; null = there is none.</summary>
    public static (string Name, string[] Columns)? Next(BinaryReader from)
    {
        if (from.ReadString() is not { Length: > 0 } name)
        {
            return null;
        }

        var columns = new string[Within(from.ReadInt32(), ColumnsMax)];
        for (var at = 0; at < columns.Length; at++)
        {
            columns[at] = from.ReadString();
        }

        return (name, columns);
    }

    /// <summary>Copies the rows of the section that was begun.</summary>
    public static void Read(BinaryReader from, Stream to, CancellationToken cancellation)
    {
        while (Within(from.ReadInt32(), PieceBytes) is > 0 and var length)
        {
            ArchiveFile.Copy(from.BaseStream, to, length, cancellation);
        }
    }

    private static int Within(int length, int max) => length >= 0 && length <= max ? length : throw new IOException("The archive is laid out wrongly.");
}
