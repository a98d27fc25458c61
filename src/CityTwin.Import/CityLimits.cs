namespace CityTwin.Import;

/// <summary>How large a city file may be. Reaching a limit is a fault with the code <see cref="FaultCode.LimitExceeded"/>.</summary>
public static class CityLimits
{
    /// <summary>Largest file, in bytes: a city of a million sensors fits.</summary>
    public const int FileBytesMax = 512 * 1024 * 1024;

    /// <summary>Most files in a folder or bundle.</summary>
    public const int FilesMax = 256;

    /// <summary>Most features (or rows) in one layer file.</summary>
    public const int FeaturesMax = 1_000_000;

    /// <summary>Most positions in one geometry.</summary>
    public const int PositionsMax = 100_000;

    /// <summary>Deepest nesting of operators in one expression.</summary>
    public const int ExpressionDepthMax = 32;

    /// <summary>Most operators and operands in one expression.</summary>
    public const int ExpressionNodesMax = 4_096;

    /// <summary>Deepest nesting of a JSON file.</summary>
    public const int JsonDepthMax = 256;

    /// <summary>Longest name or other text, in UTF-16 units.</summary>
    public const int TextLengthMax = 500;

    /// <summary>Most columns in a table.</summary>
    public const int ColumnsMax = 1_024;

    /// <summary>Most faults kept of one reading; the rest are only counted.</summary>
    public const int FaultsMax = 10_000;
}
