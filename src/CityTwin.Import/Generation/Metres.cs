using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>A place on the town plan, in metres east and north of the plan's origin.</summary>
internal readonly record struct Metres(double East, double North)
{
    // The plan lies in the open North Sea, where no real town can be mistaken for it. The metres in a degree
    // hold at its latitude; literals, because the last bit of a cosine differs between machines.
    private const double OriginLongitude = 3.5;
    private const double OriginLatitude = 53.8;
    private const double MetresPerDegreeEast = 65_861;
    private const double MetresPerDegreeNorth = 111_300;
    private const double MicroDegrees = 1e6;

    public static Metres operator +(Metres a, Metres b) => new(a.East + b.East, a.North + b.North);

    public static Metres operator -(Metres a, Metres b) => new(a.East - b.East, a.North - b.North);

    public static Metres operator *(Metres a, double factor) => new(a.East * factor, a.North * factor);

    public static Metres Between(Metres a, Metres b, double share) => a + ((b - a) * share);

    public double DistanceTo(Metres other)
    {
        var away = this - other;
        return Math.Sqrt((away.East * away.East) + (away.North * away.North));
    }

    /// <summary>Distance to the nearest point of the line from <paramref name="a"/> to <paramref name="b"/>.</summary>
    public double DistanceTo(Metres a, Metres b)
    {
        var along = b - a;
        var length2 = (along.East * along.East) + (along.North * along.North);
        var from = this - a;
        var share = length2 == 0 ? 0 : Math.Clamp(((from.East * along.East) + (from.North * along.North)) / length2, 0, 1);
        return DistanceTo(a + (along * share));
    }

    /// <summary>Grows with the angle, 0..4 for a full turn from east; arithmetic only, for sorting around a point.</summary>
    public double Bearing()
    {
        var sum = Math.Abs(East) + Math.Abs(North);
        if (sum == 0)
        {
            return 0;
        }

        var slope = North / sum;
        return East >= 0 ? (slope >= 0 ? slope : 4 + slope) : 2 - slope;
    }

    /// <summary>On earth, rounded to a millionth of a degree (about 0.1 m), so that shared corners stay shared.</summary>
    public LonLat OnEarth() => new(
        Math.Round((OriginLongitude + (East / MetresPerDegreeEast)) * MicroDegrees) / MicroDegrees,
        Math.Round((OriginLatitude + (North / MetresPerDegreeNorth)) * MicroDegrees) / MicroDegrees);
}
