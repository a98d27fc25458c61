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
        var range = HistoryRange.Of(request.StartTime, request.EndTime, request.Every, request.OrderBy, "change_time", violations);
        if (request.Every is not null && request.Things.Count == 0)
        {
            violations.Add("every", "every summarizes each thing by itself: say which in things.");
        }

        var kinds = KindsOf(request, violations);
        var keys = KeysOf(request, kinds, violations);
        violations.Throw();
        var mark = Pages.MarkOf("changes", string.Create(
            CultureInfo.InvariantCulture,
            $"{range.From.UtcTicks} {range.Until.UtcTicks} {request.OrderBy} {range.Every?.Ticks} {request.Within} {string.Join(',', kinds)} {string.Join(' ', request.Things)}"));
        var (left, after) = range.Continued(Pages.AfterOf(request.PageToken, mark), keptSince);
        var query = new ChangeQuery(
            kinds, keys, keptSince > left.From ? keptSince.Value : left.From, left.Until, left.NewestFirst, Pages.SizeOf(request.PageSize, options));
        return new(after is { } place ? query with { After = new(place.At, place.Number) } : query, range.Every, mark);
    }

    public string TokenOf(ChangePlace place) => Pages.TokenOf(Mark, HistoryRange.AfterOf(place.At, place.Number));

    public string TokenOf(DateTimeOffset rest) => Pages.TokenOf(Mark, HistoryRange.AfterOf(rest));

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
}
