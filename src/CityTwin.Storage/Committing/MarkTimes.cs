namespace CityTwin.Storage.Committing;

/// <summary>When the whole city is marked: at most about 120 marks lie in what is kept, mostly 30.</summary>
internal static class MarkTimes
{
    /// <summary>After so many changes a mark is made early: folding them is what a past instant costs.</summary>
    public const long ChangesMax = 250_000;

    /// <summary>A day, where thirty are kept.</summary>
    public static TimeSpan Age(StorageOptions options) => options.HistoryKeptFor / 30;

    /// <summary>No mark is made earlier, however much has changed.</summary>
    public static TimeSpan AgeMin(StorageOptions options) => options.HistoryKeptFor / 120;
}
