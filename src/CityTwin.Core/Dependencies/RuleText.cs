using System.Globalization;

namespace CityTwin.Core.Dependencies;

/// <summary>Rules in words, for explanations.</summary>
public static class RuleText
{
    /// <summary>Such as <c>max(feeder-1, tie-3)</c>; nothing at all is 1000.</summary>
    public static string Of(Expression? expression) => expression switch
    {
        null => "1000",
        Constant constant => constant.Level.ToString(CultureInfo.InvariantCulture),
        Supplier supplier => supplier.Segment.Value,
        Least least => $"min({Listed(least.Of)})",
        Greatest greatest => $"max({Listed(greatest.Of)})",
        KthLargest votes => string.Create(CultureInfo.InvariantCulture, $"{votes.K} of ({Listed(votes.Of)})"),
        Pool pool => $"pool({Weighted(pool.Of)})",
        Leontief leontief => $"leontief({Weighted(leontief.Of)})",
        Curve curve => $"curve({Of(curve.Of)})",
        _ => throw new InvariantBrokenException("The operators of an expression are a closed family."),
    };

    private static string Listed(IEnumerable<Expression> terms) => string.Join(", ", terms.Select(Of));

    private static string Weighted(IEnumerable<Weighted> terms) => string.Join(
        ", ", terms.Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Millionths / 1e6:0.######} {Of(term.Of)}")));
}
