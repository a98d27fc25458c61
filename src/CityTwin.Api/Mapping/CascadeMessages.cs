using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Cascades as the contract says them, without their levels.</summary>
internal static class CascadeMessages
{
    public const int RootsMax = 16;

    public static V1.Cascade Of(CityVersion version, CascadeView cascade) => new()
    {
        Name = ResourceNames.OfCascade(cascade.Batch.Number),
        DecideTime = Times.OfTicks(cascade.Batch.At),
        CityHash = cascade.Batch.Definition.Value,
        Changes =
        {
            cascade.Batch.Changes.Select(change => new V1.CeilingChange
            {
                Segment = ResourceNames.Of(change.Segment),
                CeilingPermille = change.CeilingPermille,
                Cause = ZoneMessages.CauseOf(change.Cause),
            }),
        },
        Starts =
        {
            cascade.Batch.Starts.Select(start => new V1.StartOrder
            {
                Segments = { start.Segments.Select(ResourceNames.Of) },
                Principal = start.By,
                Reason = start.Reason,
                RequestId = start.Request,
            }),
        },
        Lowered = cascade.Lowered,
        Raised = cascade.Raised,
        ResourceVersion = VersionToken.Of(version, cascade.ChangedAt).ToString(),
    };

    public static V1.CascadeNotice NoticeOf(CascadeView cascade) => new()
    {
        Name = ResourceNames.OfCascade(cascade.Batch.Number),
        DecideTime = Times.OfTicks(cascade.Batch.At),
        Roots =
        {
            cascade.Batch.Changes.Select(change => change.Segment)
                .Concat(cascade.Batch.Starts.SelectMany(start => start.Segments))
                .Distinct().Take(RootsMax).Select(ResourceNames.Of),
        },
        Lowered = cascade.Lowered,
        Raised = cascade.Raised,
    };
}
