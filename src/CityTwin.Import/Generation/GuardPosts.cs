using System.Collections.Immutable;
using CityTwin.Core.Model;

namespace CityTwin.Import.Generation;

/// <summary>Guards with a post each: at the police stations, the town hall and the hospitals first, then about the town.</summary>
internal sealed class GuardPosts(TownPlan plan, CityDraft draft)
{
    private const int ResidentsPerGuard = 3_000;
    private const int GuardsMin = 3;
    private const int GuardsMax = 300;

    private static readonly (string[] Skills, double Speed, string Title)[] Duties =
    [
        (["armed", "first-aid"], 11, "Patrol car"),
        (["technical"], 10, "Technical crew"),
        (["first-aid"], 4.5, "Bicycle patrol"),
        (["k9"], 10, "Dog team"),
        (["first-aid", "crowd"], 1.5, "Foot patrol"),
    ];

    public void Build()
    {
        var count = Math.Clamp(plan.Options.Population / ResidentsPerGuard, GuardsMin, GuardsMax);
        var posts = plan.Sites
            .Where(site => site.Kind is SitePlanner.Police or SitePlanner.TownHall or SitePlanner.Hospital)
            .OrderBy(site => site.Kind == SitePlanner.Police ? 0 : 1)
            .Select(site => (Zone: ZoneBuilder.IdOf(site), Place: site.Middle, site.Slug, site.Name))
            .Concat(plan.Zones.OrderBy(zone => zone.Use).Select(zone => (Zone: ZoneBuilder.IdOf(zone), Place: zone.Beside(5, 70), zone.Slug, zone.Name)))
            .ToImmutableArray();
        for (var number = 0; number < count; number++)
        {
            var post = posts[number % posts.Length];
            var (skills, speed, title) = Duties[number % Duties.Length];
            var round = number / posts.Length;
            var id = round == 0 ? $"guard-{post.Slug}" : $"guard-{post.Slug}-{round + 1}";
            var place = post.Place + new Metres(6 * round, 10);
            draft.Add(new Guard(new(id), $"{title} {number + 1}, {post.Name}", place.OnEarth(), post.Zone, [.. skills], speed));
        }
    }
}
