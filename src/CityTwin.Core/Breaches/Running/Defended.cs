using System.Collections.Immutable;
using CityTwin.Core.Breaches.Model;
using CityTwin.Core.Model;
using CityTwin.Core.Simulation;

namespace CityTwin.Core.Breaches.Running;

/// <summary>What a city and its security model become once defences are in place.</summary>
public sealed record Defended(SecurityModel Security, ImmutableArray<Guard> Guards, CityPatch Patch)
{
    /// <exception cref="ArgumentException">The catalogue has no such defence.</exception>
    public static Defended By(City city, IEnumerable<DefenceId> defences)
    {
        var catalogue = city.Security.Defences.ToDictionary(defence => defence.Id);
        var defended = new Defended(city.Security, city.Guards, CityPatch.None);
        foreach (var id in defences.Distinct().Order())
        {
            if (!catalogue.TryGetValue(id, out var defence))
            {
                throw new ArgumentException($"The catalogue has no defence '{id}'.", nameof(defences));
            }

            defended = defence.Effects.Aggregate(defended, (so, effect) => so.With(effect));
        }

        return defended with { Guards = [.. defended.Guards.OrderBy(guard => guard.Id)] };
    }

    /// <summary>Whether the same is built in the city, so that runs can share a <see cref="BreachGround"/>.</summary>
    public bool BuildsAs(Defended other) =>
        Patch.Backups.SequenceEqual(other.Patch.Backups) && Patch.Feeds.SequenceEqual(other.Patch.Feeds) && Patch.Links.SequenceEqual(other.Patch.Links);

    private Defended With(DefenceEffect effect) => effect switch
    {
        StepDisabled(var step) => Changed(step, one => one with { Exists = Estimate.Zero }),
        StepRarer(var step, var factor) => Changed(step, one => one with { Exists = Product(one.Exists, factor) }),
        StepSlower(var step, var factor) => Changed(step, one => one with { Duration = Scaled(one.Duration, factor) }),
        DetectionAdded(var step, var detection) => Changed(step, one => one with { Detections = one.Detections.Add(detection) }),
        GuardAdded(var guard) => this with { Guards = Guards.Add(guard) },
        BackupAdded(var backup) => this with { Patch = Patch with { Backups = Patch.Backups.Add(backup) } },
        FeedAdded(var feed) => this with { Patch = Patch with { Feeds = Patch.Feeds.Add(feed) } },
        LinkAdded(var link) => this with { Patch = Patch with { Links = Patch.Links.Add(link) } },
        ResponseFaster(StepKind.Cyber, var factor) => Responding(Security.Response with { Cyber = Faster(Security.Response.Cyber, factor) }),
        ResponseFaster(_, var factor) => Responding(Security.Response with { Physical = Faster(Security.Response.Physical, factor) }),
        NeutralisationBetter(var factor) => this with
        {
            Security = Security with
            {
                Profiles = [.. Security.Profiles.Select(profile => profile with
                {
                    Neutralisation = Complement(Product(Complement(profile.Neutralisation), factor)),
                })],
            },
        },
        _ => throw new ArgumentException($"A defence does not have the effect {effect.GetType().Name}.", nameof(effect)),
    };

    private Defended Changed(StepId id, Func<AttackStep, AttackStep> change) => this with
    {
        Security = Security with { Steps = [.. Security.Steps.Select(step => step.Id == id ? change(step) : step)] },
    };

    private Defended Responding(ResponsePlan plan) => this with { Security = Security with { Response = plan } };

    private static Response Faster(Response response, Estimate factor) => response with
    {
        Assess = Scaled(response.Assess, factor),
        Respond = response.Respond is { } respond ? Scaled(respond, factor) : null,
    };

    private static Duration Scaled(Duration duration, Estimate factor) => duration with
    {
        FirstSeconds = Product(duration.FirstSeconds, factor),
        SecondSeconds = Product(duration.SecondSeconds, factor),
    };

    private static Estimate Product(Estimate a, Estimate b) => a with { Value = a.Value * b.Value, Low = a.Low * b.Low, High = a.High * b.High };

    private static Estimate Complement(Estimate a) => a with { Value = 1 - a.Value, Low = 1 - a.High, High = 1 - a.Low };
}
