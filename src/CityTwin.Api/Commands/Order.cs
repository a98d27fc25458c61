using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Commands;

/// <summary>Who orders something and why, and the caller's id of the order.</summary>
internal readonly record struct Order(string Principal, string Reason, string RequestId)
{
    /// <summary>The id to pass on: the caller's, or a new one for callers that never repeat.</summary>
    public Order WithId() => RequestId.Length > 0 ? this : this with { RequestId = Guid.NewGuid().ToString("N") };

    /// <param name="name">The thing ordered about; empty for several.</param>
    /// <param name="seq">Where the order stands in the change log; null when its owner does not tell.</param>
    /// <param name="at">When it was accepted.</param>
    public V1.CommandReceipt Receipt(CityVersion version, string name, long? seq, DateTimeOffset at) => new()
    {
        Name = name,
        RequestId = RequestId,
        AcceptTime = Times.Of(at),
        ResourceVersion = seq is { } place ? VersionToken.Of(version, place).ToString() : "",
    };
}
