using CityTwin.Api.Errors;
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

    /// <summary>Gives it to the owner of a thing that is named. All that is wrong with it is told at once.</summary>
    /// <param name="give">Passes it on to the owner of the thing at a place; gives its place in the change log.</param>
    /// <param name="violations">What the caller found wrong already.</param>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT, or NOT_FOUND.</exception>
    public async Task<V1.CommandReceipt> Give<TMessage>(
        Collection<int, TMessage> things, string name, CityReader reader, TimeProvider time,
        Func<CityVersion, int, Order, Task<long?>> give, CancellationToken cancellation, Violations? violations = null)
    {
        violations ??= new();
        violations.Command(this);
        violations.Throw();
        var (version, known) = (reader.Newest, WithId());
        var seq = await give(version, Pages.Find(things, version, name), known).WaitAsync(cancellation);
        return known.Receipt(version, name, seq, time.GetUtcNow());
    }

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
