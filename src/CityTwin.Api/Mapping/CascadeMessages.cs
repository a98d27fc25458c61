using CityTwin.Api.Reading;
using CityTwin.Core.Access;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Cascades as the contract says them, without their levels.</summary>
internal static class CascadeMessages
{
    public const int RootsMax = 16;

    /// <summary>Whether anything of a cascade lies in the zones that a caller sees.</summary>
    public static bool IsSeen(CityIndex index, CascadeView cascade, Sight sight) =>
        sight.IsEverything || RootsOf(cascade).Concat(cascade.Levels.Select(step => step.Segment)).Any(segment => Sees(index, sight, segment));

    /// <summary>Whether a segment lies in them; one that is gone from the definition is shown to those who see everything.</summary>
    public static bool Sees(CityIndex index, Sight sight, SegmentId segment) =>
        sight.IsEverything || (index.Find(segment) is { } place && sight.Sees(index.ZoneOfSegment[place]));

    /// <param name="sight">Segments that are not seen are left out; the counts are those of the whole cascade.</param>
    public static V1.Cascade Of(CityVersion version, CascadeView cascade, Sight sight) => new()
    {
        Name = ResourceNames.OfCascade(cascade.Batch.Number),
        DecideTime = Times.OfTicks(cascade.Batch.At),
        CityHash = cascade.Batch.Definition.Value,
        Changes =
        {
            cascade.Batch.Changes.Where(change => Sees(version.Index, sight, change.Segment)).Select(change => new V1.CeilingChange
            {
                Segment = ResourceNames.Of(change.Segment),
                CeilingPermille = change.CeilingPermille,
                Cause = ZoneMessages.CauseOf(change.Cause),
            }),
        },
        Starts =
        {
            cascade.Batch.Starts.Where(start => start.Segments.Any(segment => Sees(version.Index, sight, segment))).Select(start => new V1.StartOrder
            {
                Segments = { start.Segments.Where(segment => Sees(version.Index, sight, segment)).Select(ResourceNames.Of) },
                Principal = start.By,
                Reason = start.Reason,
                RequestId = start.Request,
            }),
        },
        Lowered = cascade.Lowered,
        Raised = cascade.Raised,
        ResourceVersion = VersionToken.Of(version, cascade.ChangedAt).ToString(),
    };

    public static V1.CascadeNotice NoticeOf(CityIndex index, CascadeView cascade, Sight sight) => new()
    {
        Name = ResourceNames.OfCascade(cascade.Batch.Number),
        DecideTime = Times.OfTicks(cascade.Batch.At),
        Roots =
        {
            RootsOf(cascade).Where(segment => Sees(index, sight, segment)).Distinct().Take(RootsMax).Select(ResourceNames.Of),
        },
        Lowered = cascade.Lowered,
        Raised = cascade.Raised,
    };

    private static IEnumerable<SegmentId> RootsOf(CascadeView cascade) =>
        cascade.Batch.Changes.Select(change => change.Segment).Concat(cascade.Batch.Starts.SelectMany(start => start.Segments));
}
