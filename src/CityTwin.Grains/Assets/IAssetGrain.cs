using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Model;
using CityTwin.Grains.Inspection;
using CityTwin.Grains.Saving;
using Orleans.Concurrency;

namespace CityTwin.Grains.Assets;

/// <summary>One asset: owns what is known of an attack on it. Its sensors tell it of their events.</summary>
[Alias("CityTwin.IAssetGrain")]
public interface IAssetGrain : ITellReceiver, ITellSender, IInspectable
{
    /// <summary>Somebody cuts it off: its steps open nothing any more.</summary>
    /// <param name="request">The caller's id of the command, as in all of these: repeating it does nothing.</param>
    /// <returns>Where it stands in the change log; null when the request was known, or changed nothing.</returns>
    Task<long?> Contain(string request, string by, string reason);

    /// <summary>Somebody found nothing, or mended it.</summary>
    Task<long?> Clear(string request, string by, string reason);

    /// <summary>Another definition is in force: it puts itself in order, or forgets itself when the city no longer has it.</summary>
    Task Redefined(CityHash before, CityHash after);

    /// <summary>As saved.</summary>
    [AlwaysInterleave]
    Task<AssetStatus> Read();
}
