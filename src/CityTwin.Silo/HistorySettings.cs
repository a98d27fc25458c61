using System.Globalization;

namespace CityTwin.Silo;

/// <summary>How long readings and changes are kept: CITYTWIN_HISTORY_DAYS, whole days; 0 = not at all.</summary>
internal static class HistorySettings
{
    private const int DaysStandard = 30;

    /// <summary>Ten years.</summary>
    private const int DaysMax = 3_650;

    /// <exception cref="StartRefusedException">The value is no number of days.</exception>
    public static TimeSpan From(Func<string, string?> environment) => environment("CITYTWIN_HISTORY_DAYS") switch
    {
        null or "" => TimeSpan.FromDays(DaysStandard),
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= DaysMax => TimeSpan.FromDays(days),
        var text => throw new StartRefusedException($"CITYTWIN_HISTORY_DAYS is '{text}'; it is 0 to {DaysMax} days, and 0 keeps no history."),
    };
}
