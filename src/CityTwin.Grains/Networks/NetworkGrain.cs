using CityTwin.Core.Cascades;
using CityTwin.Grains.Definitions;

namespace CityTwin.Grains.Networks;

[GrainType(GrainTypes.Network)]
internal sealed class NetworkGrain(ICityCatalog catalog) : Grain, INetworkGrain
{
    public async Task<NetworkAnswer> Ask(NetworkAsk ask)
    {
        var city = await catalog.Get(ask.Definition);
        var plan = city.Cascade.Find(ask.Network) ?? throw new NotInCityException("network", ask.Network.Value);
        return new(ask.Network, ask.Ticket, SegmentEvaluation.Reach(plan, ask.Pass, ask.Give));
    }
}
