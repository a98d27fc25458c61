using System.Collections.Immutable;
using CityTwin.Core.Breaches.Live;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;
using CityTwin.Core.Views;

namespace CityTwin.Api.Analysis;

/// <summary>What takes longer than a read, computed beside the view and told with the version it belongs to.</summary>
/// <param name="DarkAt">Of each service that is going to be dark: at which tick, if nothing more happens.</param>
/// <param name="DarkOf">The levels' version that <paramref name="DarkAt"/> belongs to.</param>
/// <param name="Weakest">Of each service its weakest link; those without one are left out.</param>
/// <param name="WeakestVersion">The version they were computed for; empty before the first time.</param>
/// <param name="WeakestDefinition">The definition they were computed for.</param>
/// <param name="Outlook">What follows from what is compromised; null before the first time.</param>
internal sealed record CityAnalysis(
    ImmutableDictionary<(ZoneId Zone, ServiceId Service), long> DarkAt,
    long DarkOf,
    ImmutableDictionary<(ZoneId Zone, ServiceId Service), SingleFailure> Weakest,
    string WeakestVersion,
    CityHash WeakestDefinition,
    CityOutlook? Outlook = null)
{
    public static CityAnalysis None { get; } = new(
        ImmutableDictionary<(ZoneId, ServiceId), long>.Empty, -1, ImmutableDictionary<(ZoneId, ServiceId), SingleFailure>.Empty, "", default);
}

/// <summary>The outlook of one version, for every profile.</summary>
/// <param name="At">When it was made.</param>
internal sealed record CityOutlook(CityVersion Version, DateTimeOffset At, ImmutableDictionary<ProfileId, OutlookReport> ByProfile)
{
    /// <summary>True while nothing is compromised.</summary>
    public bool IsEmpty => ByProfile.Values.All(report => report.From.IsEmpty);
}
