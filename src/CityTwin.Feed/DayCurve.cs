namespace CityTwin.Feed;

/// <summary>How busy a city is over the day: 0 (nothing) to 1 (the busiest hour of the week), by local time.</summary>
internal static class DayCurve
{
    private const double WeekendShare = 0.6;

    // By hour, 0 to 23; between the hours it is linear.
    private static readonly double[] Electricity =
        [0.45, 0.40, 0.38, 0.37, 0.38, 0.43, 0.55, 0.70, 0.78, 0.80, 0.81, 0.82, 0.83, 0.81, 0.79, 0.79, 0.83, 0.92, 1.00, 0.98, 0.90, 0.78, 0.65, 0.53];

    private static readonly double[] Water =
        [0.25, 0.20, 0.18, 0.18, 0.22, 0.40, 0.80, 1.00, 0.90, 0.75, 0.68, 0.66, 0.70, 0.66, 0.60, 0.58, 0.62, 0.75, 0.85, 0.82, 0.70, 0.58, 0.45, 0.33];

    private static readonly double[] Streets =
        [0.10, 0.06, 0.05, 0.05, 0.09, 0.25, 0.60, 0.95, 1.00, 0.72, 0.60, 0.62, 0.66, 0.64, 0.66, 0.78, 0.95, 1.00, 0.82, 0.58, 0.42, 0.32, 0.24, 0.16];

    public static double ElectricityAt(DateTimeOffset local) => At(Electricity, local);

    public static double WaterAt(DateTimeOffset local) => At(Water, local);

    public static double StreetsAt(DateTimeOffset local) =>
        At(Streets, local) * (local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? WeekendShare : 1);

    private static double At(double[] byHour, DateTimeOffset local)
    {
        var share = local.TimeOfDay.TotalHours - local.Hour;
        return byHour[local.Hour] + (share * (byHour[(local.Hour + 1) % 24] - byHour[local.Hour]));
    }
}
