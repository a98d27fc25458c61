namespace CityTwin.Import.Generation;

/// <summary>Divides a whole number by weights so that the parts add up to it exactly (largest remainders).</summary>
internal static class Shares
{
    public static int[] Of(int whole, IReadOnlyList<double> weights)
    {
        var sum = weights.Sum();
        var exact = weights.Select(weight => sum > 0 ? whole * (weight / sum) : (double)whole / weights.Count).ToArray();
        var parts = exact.Select(share => (int)Math.Floor(share)).ToArray();
        var missing = whole - parts.Sum();
        var byRemainder = Enumerable.Range(0, parts.Length).OrderByDescending(index => exact[index] - parts[index]).ThenBy(index => index);
        foreach (var index in byRemainder.Take(missing))
        {
            parts[index]++;
        }

        return parts;
    }
}
