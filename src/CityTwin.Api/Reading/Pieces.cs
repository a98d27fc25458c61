using CityTwin.Api.Errors;
using Google.Protobuf.WellKnownTypes;

namespace CityTwin.Api.Reading;

/// <summary>The length of the pieces of time that a long range is summarized in.</summary>
internal static class Pieces
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Max = TimeSpan.FromDays(31);

    /// <returns>Null where none is asked for, or it is a violation.</returns>
    public static TimeSpan? Of(Duration? every, Violations violations)
    {
        if (every is null)
        {
            return null;
        }

        // Compared before it is converted: not every duration is a time span.
        if (every.Seconds < Min.TotalSeconds || every.Seconds > Max.TotalSeconds || every.Nanos is < 0 or > 999_999_999 || every.Nanos % 1_000_000 != 0
            || every.ToTimeSpan() > Max)
        {
            violations.Add("every", "every lies between 1 s and 31 days, in whole milliseconds.", "OUT_OF_RANGE");
            return null;
        }

        return every.ToTimeSpan();
    }
}
