using CityTwin.Core.Guarding;
using CityTwin.Core.Model;

namespace CityTwin.Core.Views;

/// <summary>A guard in one version of the city.</summary>
/// <param name="Status">Before it first published that of <see cref="GuardRules.New"/>.</param>
public sealed record GuardView(GuardStatus Status, long ChangedAt) : IChanging
{
    public static GuardView New(Guard guard) => new(GuardRules.New(guard), 0);
}
