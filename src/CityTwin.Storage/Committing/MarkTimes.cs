namespace CityTwin.Storage.Committing;

/// <summary>When the whole city is marked: mostly 30 marks lie in what is kept, or 120; more only where each follows very many changes.</summary>
internal static class MarkTimes
{
    /// <summary>After so many changes a mark is made early: folding them is what a past instant costs.</summary>
    public const long ChangesMax = 250_000;

    /// <summary>After so many it is made as soon as <see cref="AgeLeast"/> allows: a past instant holds in memory what has changed since.</summary>
    public const long ChangesMany = 4 * ChangesMax;

    /// <summary>No mark is made sooner after the last one.</summary>
    public static readonly TimeSpan AgeLeast = TimeSpan.FromMinutes(10);

    /// <summary>A day, where thirty are kept.</summary>
    public static TimeSpan Age(StorageOptions options) => options.HistoryKeptFor / 30;

    /// <summary>From the last mark to an early one, at least.</summary>
    public static TimeSpan AgeMin(StorageOptions options) => options.HistoryKeptFor / 120;
}
