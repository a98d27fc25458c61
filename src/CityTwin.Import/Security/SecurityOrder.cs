using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;

namespace CityTwin.Import.Security;

/// <summary>
/// Puts a security model's lists in their one order. Detections, effects and spans keep theirs: draws are keyed by the
/// place of a detection, and of spans that overlap the first counts.
/// </summary>
internal static class SecurityOrder
{
    public static SecurityModel Sorted(SecurityModel model) => model == SecurityModel.None ? model : model with
    {
        Zones = [.. model.Zones.OrderBy(zone => zone.Id).Select(zone => zone with { Places = Sorted(zone.Places) })],
        Conduits =
        [
            .. model.Conduits.OrderBy(conduit => conduit.Id)
                .Select(conduit => conduit with { Carries = [.. conduit.Carries.OrderBy(carried => carried.Segment)] }),
        ],
        Assets =
        [
            .. model.Assets.OrderBy(asset => asset.Id)
                .Select(asset => asset with { Segments = Sorted(asset.Segments), Sensors = Sorted(asset.Sensors) }),
        ],
        Areas = [.. model.Areas.OrderBy(area => area.Id)],
        Steps = [.. model.Steps.OrderBy(step => step.Id).Select(Sorted)],
        Profiles =
        [
            .. model.Profiles.OrderBy(profile => profile.Id)
                .Select(profile => profile with { Entries = Sorted(profile.Entries), GuardSkills = Words(profile.GuardSkills) }),
        ],
        Schedules = [.. model.Schedules.OrderBy(schedule => schedule.Id).Select(Sorted)],
        Defences = [.. model.Defences.OrderBy(defence => defence.Id).Select(Sorted)],
    };

    private static AttackStep Sorted(AttackStep step) => step with
    {
        Parents = Sorted(step.Parents),
        Techniques = Words(step.Techniques),
        Effects =
        [
            .. step.Effects.Select(effect => effect switch
            {
                LossOfView view => view with { Sensors = Sorted(view.Sensors) },
                LossOfControl control => control with { Segments = Sorted(control.Segments) },
                _ => effect,
            }),
        ],
    };

    private static Schedule Sorted(Schedule schedule) => schedule with
    {
        // A week begins on Monday.
        Spans = [.. schedule.Spans.Select(span => span with { Days = [.. span.Days.OrderBy(day => ((int)day + 6) % 7)] })],
    };

    private static Defence Sorted(Defence defence) => defence with
    {
        Effects =
        [
            .. defence.Effects.Select(effect => effect is GuardAdded added
                ? added with { Guard = added.Guard with { Skills = Words(added.Guard.Skills) } }
                : effect),
        ],
    };

    private static ImmutableArray<T> Sorted<T>(ImmutableArray<T> ids)
        where T : IComparable<T> => ids.Sort();

    private static ImmutableArray<string> Words(ImmutableArray<string> words) => words.Sort(StringComparer.Ordinal);
}
