using System.Globalization;
using CityTwin.Api.Errors;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CityTwin.Api.Reading;

/// <summary>The stretch of time that a list of history is asked for.</summary>
/// <param name="Until">Not in it any more.</param>
/// <param name="Every">The length of the pieces of time to be summarized; null = one thing after the other.</param>
internal sealed record HistoryRange(DateTimeOffset From, DateTimeOffset Until, bool NewestFirst, TimeSpan? Every)
{
    /// <param name="column">The time that the list goes by, as <c>order_by</c> names it.</param>
    /// <returns>To be used only where nothing is violated.</returns>
    public static HistoryRange Of(Timestamp? start, Timestamp? end, Duration? every, string orderBy, string column, Violations violations)
    {
        var from = start is null ? DateTimeOffset.UnixEpoch : violations.Time("start_time", start);
        var until = end is null ? DateTimeOffset.MaxValue : violations.Time("end_time", end);
        var pieces = Pieces.Of(every, violations);
        var newest = $"{column} desc";
        if (orderBy.Length > 0 && orderBy != newest && orderBy != column)
        {
            violations.Add("order_by", $"order_by is '{newest}' or '{column}'.");
        }

        if (from >= until)
        {
            violations.Add("end_time", "end_time lies after start_time.");
        }

        return new(from.GetValueOrDefault(), until.GetValueOrDefault(), orderBy != column, pieces);
    }

    /// <summary>What a page token says of the last thing on its page.</summary>
    public static string AfterOf(long at, long number) => string.Create(CultureInfo.InvariantCulture, $"{at}:{number}");

    /// <summary>What a page token says of the time that is not summarized yet.</summary>
    public static string AfterOf(DateTimeOffset rest) => rest.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>What is left of it, and the thing that the page before ended with; null when it is to begin at the edge.</summary>
    /// <param name="after">From the page token; null for the first page.</param>
    /// <param name="keptSince">Before that there is nothing any more; null = nobody knows.</param>
    /// <exception cref="RpcException">INVALID_ARGUMENT: the token is none of this list, or points at what is no longer kept.</exception>
    public (HistoryRange Left, (long At, long Number)? After) Continued(string? after, DateTimeOffset? keptSince = null)
    {
        if (after is null)
        {
            return (this, null);
        }

        var numbers = after.Split(':').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        if (numbers is [>= 0 and var at, ..] && at < keptSince?.ToUnixTimeMilliseconds())
        {
            throw ApiErrors.InvalidPageToken(FormattableString.Invariant(
                $"page_token points at what is no longer kept: history reaches back to {keptSince:yyyy-MM-ddTHH:mm:ss.fffZ}; begin again without a token."));
        }

        return numbers switch
        {
            [>= 0 and var time, >= 0 and var number] when Every is null => (this, (time, number)),
            [>= 0 and var rest] when Every is not null && rest < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() =>
                (NewestFirst ? this with { Until = DateTimeOffset.FromUnixTimeMilliseconds(rest) } : this with { From = DateTimeOffset.FromUnixTimeMilliseconds(rest) }, null),
            _ => throw ApiErrors.InvalidPageToken("page_token is none of this server."),
        };
    }
}
