using CityTwin.Api.Errors;
using CityTwin.Api.Mapping;
using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using CityTwin.Grains.Cascades;
using Orleans.Runtime;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Commands;

/// <summary>Who orders something and why, and the caller's id of the order.</summary>
internal readonly record struct Order(string Principal, string Reason, string RequestId)
{
    private const int TriesMax = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Passes an order that has an id on to its owner, and once more when a silo that stops or dies takes it or the owner along:
    /// nobody knows whether the owner heard it, and one that has heard it does nothing.
    /// </summary>
    public static async Task<TOutcome> Deliver<TOutcome>(Func<Task<TOutcome>> pass, TimeProvider time, CancellationToken cancellation)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await pass().WaitAsync(cancellation);
            }
            catch (Exception lost) when (lost is OrleansMessageRejectionException or CascadeMovesException && tries < TriesMax)
            {
                await Task.Delay(Pause * tries, time, cancellation);
            }
        }
    }

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
        var place = Pages.Find(things, version, name);
        var seq = await Deliver(() => give(version, place, known), time, cancellation);
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
