using CityTwin.Core.Guarding;

namespace CityTwin.Core.Views;

/// <summary>A guard in one version of the city.</summary>
/// <param name="Status">Null before it first published: it is off duty, at its post.</param>
public sealed record GuardView(GuardStatus? Status, long ChangedAt) : IChanging
{
    public static GuardView New { get; } = new(null, 0);
}
