using CityTwin.Api.Reading;
using CityTwin.Core.Views;
using V1 = CityTwin.Protocol.V1;

namespace CityTwin.Api.Mapping;

/// <summary>Conduits as the contract says them.</summary>
internal static class ConduitMessages
{
    public static V1.Conduit Of(CityVersion version, int place) => Of(version, place, version.Conduits[place]);

    /// <param name="view">What is known of it: that of the version, or what its owner says now.</param>
    public static V1.Conduit Of(CityVersion version, int place, ConduitView view)
    {
        var conduit = version.Index.City.Security.Conduits[place];
        return new()
        {
            Name = ResourceNames.Of(conduit.Id),
            DisplayName = conduit.Name,
            From = conduit.From.Value,
            To = conduit.To.Value,
            TargetSecurityLevel = conduit.TargetLevel,
            AchievedSecurityLevel = conduit.AchievedLevel,
            Carries =
            {
                conduit.Carries.Select(carried => new V1.CarriedSegment
                {
                    Segment = ResourceNames.Of(carried.Segment), LevelPermille = carried.LevelPermille,
                }),
            },
            Isolated = AssetMessages.NoteOf(view.Status.Isolated),
            Rejoined = AssetMessages.NoteOf(view.Status.Rejoined),
            ResourceVersion = VersionToken.Of(version, view.ChangedAt).ToString(),
        };
    }
}
