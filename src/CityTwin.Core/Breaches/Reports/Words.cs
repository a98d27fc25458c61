using System.Globalization;
using CityTwin.Core.Breaches.Answers;

namespace CityTwin.Core.Breaches.Reports;

/// <summary>Numbers as a council reads them: no more digits than they deserve, always with a point.</summary>
internal static class Words
{
    private const double Minute = 60;
    private const double Hour = 3_600;
    private const double Day = 86_400;

    /// <summary>Such as 67.2 %.</summary>
    public static string Percent(double share) => Format($"{share * 100:0.0} %");

    /// <summary>A share with its interval, such as 67.2 % (63.0 to 71.2 %).</summary>
    public static string Percent(Proportion share, double confidence)
    {
        var interval = share.Wilson(confidence);
        return Format($"{share.Estimate * 100:0.0} % ({interval.Low * 100:0.0} to {interval.High * 100:0.0} %)");
    }

    /// <summary>Such as 850, 12,300 or 1.29 million.</summary>
    public static string Quantity(double value) => Math.Abs(value) switch
    {
        >= 999_500 => Format($"{value / 1e6:0.00} million"),
        >= 9_995 => Format($"{Math.Round(value / 100) * 100:N0}"),
        >= 100 => Format($"{value:N0}"),
        _ => Format($"{value:0.#}"),
    };

    /// <summary>For axes, such as 20 k or 1.5 M.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        >= 1e6 => Format($"{value / 1e6:0.##} M"),
        >= 1e3 => Format($"{value / 1e3:0.##} k"),
        _ => Format($"{value:0.##}"),
    };

    /// <summary>Such as 45.0 s, 5.0 min, 44.3 h.</summary>
    public static string Time(double seconds) => Math.Abs(seconds) switch
    {
        < 2 * Minute => Format($"{seconds:0.0} s"),
        < 2 * Hour => Format($"{seconds / Minute:0.0} min"),
        < 4 * Day => Format($"{seconds / Hour:0.0} h"),
        _ => Format($"{seconds / Day:0.0} days"),
    };

    /// <summary>The unit that times up to this are drawn in, and how many seconds it has.</summary>
    public static (string Name, double Seconds) TimeUnit(double seconds) => seconds switch
    {
        < 5 * Minute => ("seconds", 1),
        < 3 * Hour => ("minutes", Minute),
        < 4 * Day => ("hours", Hour),
        _ => ("days", Day),
    };

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number in a drawing.</summary>
    public static string At(double value) => Format($"{value:0.##}");

    public static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
