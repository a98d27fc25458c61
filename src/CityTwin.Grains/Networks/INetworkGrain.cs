using CityTwin.Core.Cascades;

namespace CityTwin.Grains.Networks;

/// <summary>One network: computes what its widest paths bring each member. It keeps nothing.</summary>
[Alias("CityTwin.INetworkGrain")]
public interface INetworkGrain : IGrainWithStringKey
{
    [ResponseTimeout("00:00:05")]
    Task<NetworkAnswer> Ask(NetworkAsk ask);
}
