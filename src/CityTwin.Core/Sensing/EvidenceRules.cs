using CityTwin.Core.Model;

namespace CityTwin.Core.Sensing;

/// <summary>Which level a measured value speaks for.</summary>
public static class EvidenceRules
{
    /// <summary>Linear between the points, floored; flat outside; 0..1000. No points speak for 1000.</summary>
    public static int LevelOf(Evidence evidence, double value)
    {
        var points = evidence.Points;
        if (points.IsDefaultOrEmpty || double.IsNaN(value))
        {
            return 1000;
        }

        if (value <= points[0].Value)
        {
            return points[0].LevelPermille;
        }

        for (var i = 1; i < points.Length; i++)
        {
            if (value <= points[i].Value)
            {
                var (from, to) = (points[i - 1], points[i]);
                var share = (value - from.Value) / (to.Value - from.Value);
                return (int)Math.Floor(from.LevelPermille + (share * (to.LevelPermille - from.LevelPermille)));
            }
        }

        return points[^1].LevelPermille;
    }
}
