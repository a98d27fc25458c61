using CityTwin.Core.Cascades;
using CityTwin.Grains.Definitions;

namespace CityTwin.Grains.Networks;

[GrainType(GrainTypes.Network)]
internal sealed class NetworkGrain(ICityCatalog catalog) : Grain, INetworkGrain
{
    public Task<NetworkAnswer> Ask(NetworkAsk ask)
    {
        var plan = catalog.Current.Cascade.Find(ask.Network) ?? throw new NotInCityException("network", ask.Network.Value);
        return Task.FromResult(new NetworkAnswer(ask.Network, ask.Ticket, SegmentEvaluation.Reach(plan, ask.Pass, ask.Give)));
    }
}
