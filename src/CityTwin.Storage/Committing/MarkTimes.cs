namespace CityTwin.Storage.Committing;

/// <summary>When the whole city is marked: mostly 30 marks lie in what is kept, or 120; more only where each follows a million changes.</summary>
internal static class MarkTimes
{
    /// <summary>After so many changes a mark is made early: folding them is what a past instant costs.</summary>
    public const long ChangesMax = 250_000;

    /// <summary>A day, where thirty are kept.</summary>
    public static TimeSpan Age(StorageOptions options) => options.HistoryKeptFor / 30;

    /// <summary>After four times as many changes as <see cref="ChangesMax"/> a mark is made once the last one is as old as this: a past instant holds what changed in memory.</summary>
    public static readonly TimeSpan AgeLeast = TimeSpan.FromMinutes(10);

    /// <summary>An early mark is not made before.</summary>
    public static TimeSpan AgeMin(StorageOptions options) => options.HistoryKeptFor / 120;
}
