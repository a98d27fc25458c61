using System.Collections.Immutable;
using System.Text.Json;

namespace CityTwin.Import.Reading;

/// <summary>Reads lists of number pairs, <c>[[0, 0], [500, 1000]]</c>: the first strictly increases, the second is a level.</summary>
internal static class PointReader
{
    private const int PointsMax = 256;
    private const int LevelMax = 1000;

    /// <summary>The pairs; none after telling a fault.</summary>
    public static ImmutableArray<(double First, double Second)> Read(
        JsonElement list, Place place, string? feature, FaultList faults, double minimum, double maximum, bool wholeFirst)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > PointsMax)
        {
            faults.Error(FaultCode.WrongType, place, $"This must be a list of 1 to {PointsMax} pairs of numbers.", feature);
            return [];
        }

        var points = ImmutableArray.CreateBuilder<(double First, double Second)>();
        foreach (var pair in list.EnumerateArray())
        {
            var at = place.Element(points.Count);
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || pair[0].ValueKind != JsonValueKind.Number || pair[1].ValueKind != JsonValueKind.Number)
            {
                faults.Error(FaultCode.WrongType, at, "This must be a pair of numbers.", feature);
                return [];
            }

            var (first, second) = (pair[0].GetDouble(), pair[1].GetDouble());
            if (!double.IsFinite(first) || !double.IsFinite(second))
            {
                faults.Error(FaultCode.NotFinite, at, "Both numbers must be finite.", feature);
                return [];
            }

            var isWhole = second == Math.Floor(second) && (!wholeFirst || first == Math.Floor(first));
            if (!isWhole || first < minimum || first > maximum || second is < 0 or > LevelMax)
            {
                faults.Error(FaultCode.OutOfRange, at,
                    $"The first number must be between {Fields.Show(minimum)} and {Fields.Show(maximum)}, the second a whole level 0 to {LevelMax}.", feature);
                return [];
            }

            if (points.Count > 0 && first <= points[^1].First)
            {
                faults.Error(FaultCode.NotIncreasing, at, "The first number must be greater than the one before.", feature);
                return [];
            }

            points.Add((first == 0 ? 0 : first, second == 0 ? 0 : second));
        }

        return points.ToImmutable();
    }
}
