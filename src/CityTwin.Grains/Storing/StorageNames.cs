namespace CityTwin.Grains.Storing;

/// <summary>The storage providers a grain may name. Both keep their rows in one table, so a state's name is unique over all grains.</summary>
public static class StorageNames
{
    /// <summary>Group commits with the change log: for grains that publish.</summary>
    public const string Published = "citytwin";

    /// <summary>The stock provider: for grains that only keep.</summary>
    public const string Plain = "citytwin-plain";
}
