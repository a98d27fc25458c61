using System.Collections.Immutable;
using System.Globalization;
using CityTwin.Api.Errors;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Grains.Storing;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.History;

/// <summary>One page of what has changed: what history is asked, and where the next page begins.</summary>
/// <param name="Every">The length of the pieces of time to be summarized; null = each change.</param>
/// <param name="Mark">Ties the next page's token to this list.</param>
internal sealed record ChangeList(ChangeQuery Query, TimeSpan? Every, string Mark)
{
    public const int ThingsMax = 50;
    private const string Newest = "change_time desc";
    private const string Oldest = "change_time";

    /// <summary>The kinds of the contract, as history names them, and what their things' names begin with.</summary>
    public static readonly ImmutableArray<(V1.ChangeKind Kind, string Stored, string Prefix)> Kinds =
    [
        (V1.ChangeKind.Level, PublishedKind.Level, ResourceNames.Segments),
        (V1.ChangeKind.Segment, PublishedKind.Segment, ResourceNames.Segments),
        (V1.ChangeKind.Sensor, PublishedKind.Sensor, ResourceNames.Sensors),
        (V1.ChangeKind.Zone, PublishedKind.Zone, ResourceNames.Zones),
        (V1.ChangeKind.Guard, PublishedKind.Guard, ResourceNames.Guards),
        (V1.ChangeKind.Asset, PublishedKind.Asset, ResourceNames.Assets),
        (V1.ChangeKind.Conduit, PublishedKind.Conduit, ResourceNames.Conduits),
        (V1.ChangeKind.Alert, PublishedKind.Alert, ResourceNames.Alerts),
    ];

    /// <param name="keptSince">How far history reaches back; null when it has only begun.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT with all that is wrong with the request.</exception>
    public static ChangeList Of(V1.ListChangesRequest request, DateTimeOffset? keptSince, ApiOptions options)
    {
        var violations = new Violations();
        violations.Range("page_size", request.PageSize, 0, options.PageSizeMax);
        var from = request.StartTime is null ? DateTimeOffset.UnixEpoch : violations.Time("start_time", request.StartTime);
        var until = request.EndTime is null ? DateTimeOffset.MaxValue : violations.Time("end_time", request.EndTime);
        var every = Pieces.Of(request.Every, violations);
        if (request.OrderBy is not ("" or Newest or Oldest))
        {
            violations.Add("order_by", $"order_by is '{Newest}' or '{Oldest}'.");
        }

        if (from >= until)
        {
            violations.Add("end_time", "end_time lies after start_time.");
        }

        if (request.Every is not null && request.Things.Count == 0)
        {
            violations.Add("every", "every summarizes each thing by itself: say which in things.");
        }

        var kinds = KindsOf(request, violations);
        var keys = KeysOf(request, kinds, violations);
        violations.Throw();
        var mark = Pages.MarkOf("changes", string.Create(
            CultureInfo.InvariantCulture,
            $"{from!.Value.UtcTicks} {until!.Value.UtcTicks} {request.OrderBy} {every?.Ticks} {request.Within} {string.Join(',', kinds)} {string.Join(' ', request.Things)}"));
        var query = new ChangeQuery(
            kinds, keys, keptSince > from ? keptSince.Value : from.Value, until.Value, request.OrderBy != Oldest, Pages.SizeOf(request.PageSize, options));
        return new(Continued(query, every is not null, Pages.AfterOf(request.PageToken, mark), keptSince), every, mark);
    }

    public string TokenOf(ChangePlace place) => Pages.TokenOf(Mark, string.Create(CultureInfo.InvariantCulture, $"{place.At}:{place.Number}"));

    public string TokenOf(DateTimeOffset rest) => Pages.TokenOf(Mark, rest.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private static ImmutableArray<string> KindsOf(V1.ListChangesRequest request, Violations violations)
    {
        foreach (var (kind, at) in request.Kinds.Select((kind, at) => (kind, at)))
        {
            if (Kinds.All(known => known.Kind != kind))
            {
                violations.Add(FormattableString.Invariant($"kinds[{at}]"), "There is no such kind of change.");
            }
        }

        return [.. Kinds.Where(known => request.Kinds.Count == 0 || request.Kinds.Contains(known.Kind)).Select(known => known.Stored)];
    }

    private static ImmutableArray<ChangeKey> KeysOf(V1.ListChangesRequest request, ImmutableArray<string> kinds, Violations violations)
    {
        violations.Range("things", request.Things.Count, 0, ThingsMax);
        var keys = ImmutableArray.CreateBuilder<ChangeKey>();
        foreach (var (name, at) in request.Things.Select((name, at) => (name, at)))
        {
            var meant = Kinds.Where(kind => ResourceNames.IdOf(name, kind.Prefix) is not null).ToList();
            var asked = meant.Where(kind => kinds.Contains(kind.Stored)).ToList();
            if (asked.Count == 0)
            {
                violations.Add(
                    FormattableString.Invariant($"things[{at}]"),
                    meant.Count == 0 ? $"'{name}' is no name such as 'segments/...', 'sensors/...' or 'zones/...'." : $"'{name}' has no changes of these kinds.");
            }

            keys.AddRange(asked.Select(kind => new ChangeKey(kind.Stored, ResourceNames.IdOf(name, kind.Prefix)!)));
        }

        return [.. keys.Distinct()];
    }

    /// <summary>From where the page before ended.</summary>
    private static ChangeQuery Continued(ChangeQuery query, bool isSummary, string? after, DateTimeOffset? keptSince)
    {
        if (after is null)
        {
            return query;
        }

        var numbers = after.Split(':').Select(text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        if (numbers is [>= 0 and var at, ..] && at < keptSince?.ToUnixTimeMilliseconds())
        {
            throw ApiErrors.InvalidPageToken(FormattableString.Invariant(
                $"page_token points at what is no longer kept: history reaches back to {keptSince:yyyy-MM-ddTHH:mm:ss.fffZ}; begin again without a token."));
        }

        return numbers switch
        {
            [>= 0 and var time, >= 0 and var number] when !isSummary => query with { After = new(time, number) },
            [>= 0 and var rest] when isSummary && rest < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() => query.NewestFirst
                ? query with { Until = DateTimeOffset.FromUnixTimeMilliseconds(rest) }
                : query with { From = DateTimeOffset.FromUnixTimeMilliseconds(rest) },
            _ => throw ApiErrors.InvalidPageToken("page_token is none of this server."),
        };
    }
}
