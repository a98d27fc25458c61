namespace CityTwin.Import;

/// <summary>How large a city file may be. Reaching a limit is a fault with the code <see cref="FaultCode.LimitExceeded"/>.</summary>
public static class CityLimits
{
    /// <summary>Largest file, in bytes: a city of a million sensors fits.</summary>
    public const int FileBytesMax = 512 * 1024 * 1024;

    /// <summary>Most files in a folder or bundle.</summary>
    public const int FilesMax = 256;

    /// <summary>Most features (or rows) in one layer, in however many files.</summary>
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

    /// <summary>Most attack steps of a security model.</summary>
    public const int AttackStepsMax = 20_000;

    /// <summary>Most assets of a security model.</summary>
    public const int AssetsMax = 20_000;

    /// <summary>Most assets that name one sensor: each is told of its events, and all of that fits into the sensor's outbox with room to spare.</summary>
    public const int AssetsOfSensorMax = 400;

    /// <summary>Most areas of a security model: ways through them are searched, with as many acts on the spot.</summary>
    public const int AreasMax = 1_000;

    /// <summary>Most security zones.</summary>
    public const int SecurityZonesMax = 2_000;

    /// <summary>Most conduits between them.</summary>
    public const int ConduitsMax = 5_000;

    /// <summary>Most adversary profiles.</summary>
    public const int ProfilesMax = 200;

    /// <summary>Most weekly schedules.</summary>
    public const int SchedulesMax = 1_000;

    /// <summary>Most defences of a catalogue.</summary>
    public const int DefencesMax = 2_000;

    /// <summary>Most parents, detections, effects or spans of one thing in a security model.</summary>
    public const int SecurityListMax = 1_000;

    /// <summary>Most faults kept of one reading; the rest are only counted.</summary>
    public const int FaultsMax = 10_000;
}
